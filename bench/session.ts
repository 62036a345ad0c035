import type { ClientCommand, ClientReport } from './clients.ts';
import { type BenchProcess, start } from './processes.ts';
import type { Command, Report } from './servers/driver.ts';

/** A server under test and a process with its subscribed clients. */
export interface Session {
  readonly port: number;
  /** Ticks and waits until all clients have every tick; resolves with the CPU time that it took the server, in µs. */
  run(ticks: number, intervalMs: number): Promise<number>;
  /** How late each message was since the last `reset`, in ms, ascending. */
  latencies(): Promise<readonly number[]>;
  reset(): void;
  /** How much memory the server has taken since before its clients came, in bytes. */
  grown(): Promise<number>;
  stop(): Promise<void>;
}

export async function openSession(file: string, sockets: number): Promise<Session> {
  const server = start<Command, Report>(file);
  const { port } = await server.wait('ready');
  // Sockets that come and go first: what is compiled and loaded for the first of them is no memory of each.
  const visitors = start<ClientCommand, ClientReport>('./clients', [String(port), '200']);
  await visitors.wait('subscribed');
  server.tell({ type: 'begin', ticks: 3, intervalMs: 100 });
  await server.wait('ticked');
  await visitors.stop();
  const before = await memoryOf(server);
  const clients = start<ClientCommand, ClientReport>('./clients', [String(port), String(sockets)]);
  await clients.wait('subscribed');

  async function received(): Promise<number> {
    clients.tell({ type: 'count' });
    return (await clients.wait('count')).messages;
  }

  return {
    port,
    run: async (ticks, intervalMs) => {
      const expected = (await received()) + ticks * sockets;
      server.tell({ type: 'begin', ticks, intervalMs });
      await server.wait('ticked');
      for (let attempt = 0; attempt < 100; attempt++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        if ((await received()) >= expected) break;
      }
      server.tell({ type: 'end' });
      return (await server.wait('ended')).cpuMicros;
    },
    latencies: async () => {
      clients.tell({ type: 'latencies' });
      return (await clients.wait('latencies')).sorted;
    },
    reset: () => clients.tell({ type: 'reset' }),
    grown: async () => (await memoryOf(server)) - before,
    stop: async () => {
      await Promise.all([clients.stop(), server.stop()]);
    },
  };
}

async function memoryOf(server: BenchProcess<Command, Report>): Promise<number> {
  server.tell({ type: 'memory' });
  return (await server.wait('memory')).rss;
}
