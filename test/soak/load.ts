import { setMaxListeners } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import WebSocket from 'ws';
import { judge } from '../fuzz/documents/answers.ts';
import { send } from '../fuzz/send.ts';
import { openSocket } from '../support/socket-client.ts';
import { pick, queries, subscriptions } from './operations.ts';

/** Clients of every kind that connect and disconnect. */
export interface Load {
  /** The number of sessions so far, by kind of client. */
  readonly sessions: ReadonlyMap<string, number>;
  /** What was wrong with answers so far. */
  readonly findings: readonly string[];
  /** Resolves when all clients have left. */
  stop(): Promise<void>;
}

/** The statuses of event streams that are rejected before they begin. */
const refusals: ReadonlySet<number> = new Set([400, 429, 500, 502, 503, 504]);

const json = { 'content-type': 'application/json', accept: 'application/json' };

/** One session of a client. Resolves with what was wrong; null if nothing was. */
type Client = (port: number, pause: (ms: number) => Promise<void>) => Promise<string | null>;

/** A subscription with events of some 20 KB, to fill the buffers of the socket. */
const aliases = Array.from({ length: 500 }, (_, index) => `field${index}: datetime`).join(' ');
const largeEvents = `subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { ${aliases} } }`;

const subscribe = (id: string, query: string): string => JSON.stringify({ type: 'subscribe', id, payload: { query } });

function randomBetween(min: number, max: number): number {
  return min + Math.random() * (max - min);
}

/** The kinds of clients, with how many of each are connected at a time. A client starts a new session when one ends. */
const clients: readonly (readonly [string, number, Client])[] = [
  [
    'subscribers that complete',
    12,
    async (port, pause) => {
      const socket = await openSocket(`ws://127.0.0.1:${port}/graphql`);
      const ids = ['1', '2', '3'];
      for (const id of ids) socket.send(subscribe(id, pick(subscriptions)));
      await pause(randomBetween(50, 3000));
      for (const id of ids) socket.send(JSON.stringify({ type: 'complete', id }));
      await pause(randomBetween(0, 100));
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
      await pause(randomBetween(0, 3000));
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
      await pause(randomBetween(0, 5));
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
      await pause(randomBetween(0, 4));
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
      await pause(randomBetween(0, 300));
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
        // A fifth of the clients never read, so that the buffers of the kernel fill up.
        if (Math.random() < 0.8) response.resume();
        response.on('error', () => {});
      });
      await pause(randomBetween(0, 2000));
      request.destroy();
      // A market that does not exist, or an exchange that fails, means that the stream is rejected before it begins.
      const isExpected = status === undefined || status === 200 || refusals.has(status);
      return isExpected ? null : `a stream with status ${status}`;
    },
  ],
];

/** Starts clients of every kind. Stop it when done. */
export function startLoad(port: number): Load {
  const stopping = new AbortController();
  const { signal } = stopping;
  // All clients listen to it while they are connected.
  setMaxListeners(0, signal);
  const sessions = new Map<string, number>();
  const findings: string[] = [];
  const pause = async (ms: number): Promise<void> => {
    await setTimeout(ms, undefined, { signal }).catch(() => {});
  };

  async function runClient(name: string, client: Client): Promise<void> {
    while (!signal.aborted) {
      const finding = await client(port, pause).catch((error: unknown) => String(error));
      if (finding !== null) {
        findings.push(`${name}: ${finding}`);
        await pause(100);
      }
      sessions.set(name, (sessions.get(name) ?? 0) + 1);
    }
  }

  const all = clients.flatMap(([name, count, client]) => Array.from({ length: count }, () => runClient(name, client)));
  return {
    sessions,
    findings,
    stop: async () => {
      stopping.abort();
      await Promise.all(all);
    },
  };
}
