import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
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

/** From these the system chooses no port by itself: not for a server on port 0, and not for a client. */
const [firstPort, lastPort] = [20_000, 32_000];

/**
 * A port of loopback on which nothing listens. Nothing else is given it either, so a test can start, stop and start again
 * what listens there.
 */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(firstPort, lastPort);
    if (await isFree(port)) return port;
  }
}

/** The port must be free for servers that listen on all addresses, too. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port);
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
