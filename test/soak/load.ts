import { setMaxListeners } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import WebSocket from 'ws';
import { judge } from '../fuzz/answers.ts';
import { send } from '../fuzz/send.ts';
import { openSocket } from '../support/socket-client.ts';
import { pick, queries, subscriptions } from './operations.ts';

/** Clients of every kind, coming and going. */
export interface Load {
  /** How often each kind of client has come so far. */
  readonly visits: ReadonlyMap<string, number>;
  /** What was wrong with answers. */
  readonly findings: readonly string[];
  /** Resolves when all have gone. */
  stop(): Promise<void>;
}

/** The statuses of event streams that are refused before they begin. */
const refusals: ReadonlySet<number> = new Set([400, 429, 500, 502, 503, 504]);

const json = { 'content-type': 'application/json', accept: 'application/json' };

/** A client from when it comes until it has gone. */
type Client = (port: number, pause: (ms: number) => Promise<void>) => Promise<string | null>;

/** An answer that a socket is sent of some 20 KB, to fill what lies between. */
const aliases = Array.from({ length: 500 }, (_, index) => `field${index}: datetime`).join(' ');
const largeEvents = `subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { ${aliases} } }`;

const subscribe = (id: string, query: string): string => JSON.stringify({ type: 'subscribe', id, payload: { query } });

function stay(least: number, most: number): number {
  return least + Math.random() * (most - least);
}

/** Each comes back at once when it has gone; so many of each are there at a time. */
const clients: readonly (readonly [string, number, Client])[] = [
  [
    'subscribers that complete',
    12,
    async (port, pause) => {
      const socket = await openSocket(`ws://127.0.0.1:${port}/graphql`);
      const ids = ['1', '2', '3'];
      for (const id of ids) socket.send(subscribe(id, pick(subscriptions)));
      await pause(stay(50, 3000));
      for (const id of ids) socket.send(JSON.stringify({ type: 'complete', id }));
      await pause(stay(0, 100));
      socket.close();
      return null;
    },
  ],
  [
    'subscribers that leave',
    12,
    async (port, pause) => {
      const socket = await openSocket(`ws://127.0.0.1:${port}/graphql`);
      for (const id of ['1', '2', '3', '4']) socket.send(subscribe(id, pick(subscriptions)));
      await pause(stay(0, 3000));
      if (Math.random() < 0.5) socket.close();
      else socket.terminate();
      return null;
    },
  ],
  [
    'subscribers killed while they subscribe',
    4,
    async (port, pause) => {
      const socket = await openSocket(`ws://127.0.0.1:${port}/graphql`);
      for (const id of ['1', '2', '3', '4', '5']) socket.send(subscribe(id, pick(subscriptions)));
      await pause(stay(0, 5));
      socket.terminate();
      return null;
    },
  ],
  [
    'sockets killed while they connect',
    1,
    async (port, pause) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
      socket.on('error', () => {});
      await pause(stay(0, 4));
      socket.terminate();
      await pause(50);
      return null;
    },
  ],
  [
    'slow clients',
    1,
    async (port, pause) => {
      const socket = await openSocket(`ws://127.0.0.1:${port}/graphql`);
      for (let id = 0; id < 20; id++) socket.send(subscribe(String(id), largeEvents));
      socket.pause();
      await pause(20_000);
      socket.resume();
      await pause(200);
      socket.terminate();
      return null;
    },
  ],
  [
    'bursts of queries',
    3,
    async (port, pause) => {
      const agent = new Agent({ keepAlive: true });
      const ask = async (query: string): Promise<string | null> => {
        const request = { method: 'POST', path: '/graphql', headers: json, body: JSON.stringify({ query }) };
        return judge(request, await send(port, agent, request)).finding;
      };
      const found = await Promise.all(Array.from({ length: 20 }, () => ask(pick(queries))));
      agent.destroy();
      await pause(stay(0, 300));
      return found.find((finding) => finding !== null) ?? null;
    },
  ],
  [
    'readers of server-sent events',
    4,
    async (port, pause) => {
      const request = httpRequest({
        host: '127.0.0.1',
        port,
        agent: false,
        method: 'POST',
        path: '/graphql',
        headers: { ...json, accept: 'text/event-stream' },
      });
      request.on('error', () => {});
      request.end(JSON.stringify({ query: pick(subscriptions) }));
      let status: number | undefined;
      request.on('response', (response) => {
        status = response.statusCode;
        // Of those that read nothing the kernel takes what it can.
        if (Math.random() < 0.8) response.resume();
        response.on('error', () => {});
      });
      await pause(stay(0, 2000));
      request.destroy();
      // A market that does not exist, or an exchange that fails, refuses a stream before it begins.
      const isUsual = status === undefined || status === 200 || refusals.has(status);
      return isUsual ? null : `a stream with status ${status}`;
    },
  ],
];

/** Lets clients of every kind come. Stop it when done. */
export function startLoad(port: number): Load {
  const leaving = new AbortController();
  const { signal } = leaving;
  // All of the clients listen to it while they stay.
  setMaxListeners(0, signal);
  const visits = new Map<string, number>();
  const findings: string[] = [];
  const pause = async (ms: number): Promise<void> => {
    await setTimeout(ms, undefined, { signal }).catch(() => {});
  };

  async function come(name: string, client: Client): Promise<void> {
    while (!signal.aborted) {
      const finding = await client(port, pause).catch((error: unknown) => String(error));
      if (finding !== null) {
        findings.push(`${name}: ${finding}`);
        await pause(100);
      }
      visits.set(name, (visits.get(name) ?? 0) + 1);
    }
  }

  const all = clients.flatMap(([name, count, client]) => Array.from({ length: count }, () => come(name, client)));
  return {
    visits,
    findings,
    stop: async () => {
      leaving.abort();
      await Promise.all(all);
    },
  };
}
