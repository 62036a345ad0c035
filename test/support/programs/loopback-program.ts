import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../socket-client.ts';

/** A server program of the machine that runs in its own process on loopback. */
export interface LoopbackProgram {
  readonly port: number;
  /** Everything it has written. */
  readonly output: string;
  /** Ends the program and removes its files. */
  close(): Promise<void>;
}

/** Starts the program at `path`; `toArguments` gets the port it must listen on and a folder for its files. */
export async function startProgram(
  path: string,
  toArguments: (port: number, folder: string) => readonly string[],
): Promise<LoopbackProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'tickql-program-'));
  const port = await findFreePort();
  const child = spawn(path, toArguments(port, folder), { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let output = '';
  const collect = (chunk: unknown): void => {
    output += String(chunk);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`${path} did not start: ${output}`);
    return isListening(port);
  });
  return {
    port,
    get output() {
      return output;
    },
    close: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A port of loopback on which nothing listens. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
