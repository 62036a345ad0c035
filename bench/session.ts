import type { ClientCommand, ClientReport } from './clients.ts';
import type { Transport } from './connect.ts';
import { type BenchProcess, start } from './processes.ts';
import type { Command, Report } from './servers/driver.ts';

/** A server under test, and a process with its subscribed clients. */
export interface Session {
  readonly port: number;
  /** Sends ticks and waits until all clients have every tick. Resolves with the CPU time of the server, in µs. */
  run(ticks: number, intervalMs: number): Promise<number>;
  /** The latency of each message since the last `reset`, in ms, ascending. */
  latencies(): Promise<readonly number[]>;
  reset(): void;
  /** The growth of the server's memory since before its clients connected, in bytes. */
  memoryGrowth(): Promise<number>;
  stop(): Promise<void>;
}

export async function openSession(file: string, sockets: number, transport: Transport = 'websocket'): Promise<Session> {
  const server = start<Command, Report>(file);
  const { port } = await server.wait('ready');
  // The first sockets are opened and closed without measuring, because code that is loaded and compiled for them is not
  // memory per socket.
  const warmUpClients = start<ClientCommand, ClientReport>('./clients', [String(port), '200', transport]);
  await warmUpClients.wait('subscribed');
  server.send({ type: 'begin', ticks: 3, intervalMs: 100 });
  await server.wait('ticked');
  await warmUpClients.stop();
  const before = await memoryOf(server);
  const clients = start<ClientCommand, ClientReport>('./clients', [String(port), String(sockets), transport]);
  await clients.wait('subscribed');

  async function received(): Promise<number> {
    clients.send({ type: 'count' });
    return (await clients.wait('count')).messages;
  }

  return {
    port,
    run: async (ticks, intervalMs) => {
      const expected = (await received()) + ticks * sockets;
      server.send({ type: 'begin', ticks, intervalMs });
      await server.wait('ticked');
      for (let attempt = 0; attempt < 100; attempt++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        if ((await received()) >= expected) break;
      }
      server.send({ type: 'end' });
      return (await server.wait('ended')).cpuMicros;
    },
    latencies: async () => {
      clients.send({ type: 'latencies' });
      return (await clients.wait('latencies')).sorted;
    },
    reset: () => clients.send({ type: 'reset' }),
    memoryGrowth: async () => (await memoryOf(server)) - before,
    stop: async () => {
      await Promise.all([clients.stop(), server.stop()]);
    },
  };
}

async function memoryOf(server: BenchProcess<Command, Report>): Promise<number> {
  server.send({ type: 'memory' });
  return (await server.wait('memory')).rss;
}
