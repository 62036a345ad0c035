import { Agent } from 'node:http';
import type WebSocket from 'ws';
import type { Measurement } from '../support/server/measured-process.ts';
import type { MeasuredServer } from '../support/server.ts';
import { openSocket } from '../support/socket-client.ts';
import { send } from './send.ts';

// Documents that are sent only once, as by a hostile client or by a front end that writes arguments into its documents.

export interface FloodOptions {
  /** How many small documents are sent over HTTP, and again over WebSockets. */
  readonly documents: number;
  /** How many large subscriptions are opened, each with a document of its own. */
  readonly subscriptions: number;
}

export interface FloodReport {
  readonly before: Measurement;
  /** After the documents, with nothing open. */
  readonly afterDocuments: Measurement;
  /** With as many subscriptions open as are allowed. */
  readonly withSubscriptions: Measurement;
  readonly after: Measurement;
  /** The largest growth of the process, including garbage, in bytes. */
  readonly maxGrowth: number;
  /** The number of subscriptions that were opened, and of those that were rejected, by code. */
  readonly subscriptions: ReadonlyMap<string, number>;
}

const smallDocuments: readonly ((number: number) => string)[] = [
  (number) => `{ a${number}: __typename }`,
  (number) => `{ exchange(id: "sim") { f${number} } }`,
  (number) => `{ exchange(id: "sim", x${number}: 1) { id } }`,
  (number) => `{ exchange(id: "sim") { id a${number}`,
  (number) => `{ exchange(id: "sim") { a${number}: id } }`,
  (number) => `{ ticker(exchange: "sim", symbol: "BTC/USDT") { a${number}: last } }`,
  (number) => `query Q${number}($id: ID = "x${number}") { exchange(id: $id) { id } }`,
];

const fields = ['last', 'bid', 'ask', 'open', 'high', 'low', 'close', 'vwap', 'change', 'average', 'symbol', 'stale'];

/** Some 600 tokens. */
function largeSubscription(number: number): string {
  const wide = Array.from({ length: 48 }, () => fields.join(' ')).join(' ');
  return `subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { a${number}: last ${wide} } }`;
}

const parallelRequests = 16;
const openSockets = 8;

/** The rate of messages of each socket, below the limit of the server. */
const messagesPerBurst = 20;
const burstMs = 120;

/** Sends the documents, opens the subscriptions, and measures the memory that the server uses for them. */
export async function playFlood(app: MeasuredServer, { documents, subscriptions }: FloodOptions): Promise<FloodReport> {
  const before = await app.measure();
  let maxGrowth = 0;
  const watch = setInterval(async () => {
    const { rss } = await app.lap();
    maxGrowth = Math.max(maxGrowth, rss - before.rss);
  }, 250);
  try {
    await floodHttp(app, documents);
    await floodSockets(app, documents);
    const afterDocuments = await app.measure();
    const { outcomes, sockets } = await subscribeMany(app, subscriptions);
    const withSubscriptions = await app.measure();
    for (const socket of sockets) socket.terminate();
    const after = await settle(app);
    return { before, afterDocuments, withSubscriptions, after, maxGrowth, subscriptions: outcomes };
  } finally {
    clearInterval(watch);
  }
}

async function floodHttp({ port }: MeasuredServer, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: parallelRequests });
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  let sent = 0;
  const sendAll = async (): Promise<void> => {
    while (sent < count) {
      sent += 1;
      await send(port, agent, { method: 'POST', path: '/graphql', headers, body: toBody(sent) });
    }
  };
  await Promise.all(Array.from({ length: parallelRequests }, sendAll));
  agent.destroy();
}

function toBody(number: number): string {
  return JSON.stringify({ query: toSmall(number) });
}

function toSmall(number: number): string {
  return smallDocuments[number % smallDocuments.length]?.(number) ?? '{ __typename }';
}

async function floodSockets({ port }: MeasuredServer, count: number): Promise<void> {
  let sent = count;
  const play = async (socket: WebSocket): Promise<void> => {
    while (sent < 2 * count) {
      const numbers = Array.from({ length: messagesPerBurst }, () => sent++);
      await exchangeMessages(socket, numbers, toSmall, (type) => type === 'complete' || type === 'error');
    }
    socket.terminate();
  };
  const sockets = await Promise.all(Array.from({ length: openSockets }, () => openLiveSocket(port)));
  await Promise.all(sockets.map(play));
}

async function subscribeMany(
  { port }: MeasuredServer,
  count: number,
): Promise<{ readonly outcomes: ReadonlyMap<string, number>; readonly sockets: readonly WebSocket[] }> {
  const outcomes = new Map<string, number>();
  const sockets: WebSocket[] = [];
  for (let opened = 0; opened < count; ) {
    const socket = await openLiveSocket(port);
    sockets.push(socket);
    for (let burst = 0; burst < 4 && opened < count; burst++) {
      const numbers = Array.from({ length: Math.min(messagesPerBurst, count - opened) }, () => opened++);
      await exchangeMessages(
        socket,
        numbers,
        largeSubscription,
        (type) => type === 'next' || type === 'error',
        (code) => outcomes.set(code, (outcomes.get(code) ?? 0) + 1),
      );
    }
  }
  return { outcomes, sockets };
}

async function openLiveSocket(port: number): Promise<WebSocket> {
  const socket = await openSocket(`ws://127.0.0.1:${port}/graphql`);
  socket.on('error', () => {});
  return socket;
}

/** Sends a burst of operations. Resolves when each is answered and the time of the burst is over. */
async function exchangeMessages(
  socket: WebSocket,
  numbers: readonly number[],
  toDocument: (number: number) => string,
  isAnswer: (type: string) => boolean,
  onOutcome: (code: string) => void = () => {},
): Promise<void> {
  const waiting = new Set(numbers.map(String));
  const pause = new Promise((resolve) => setTimeout(resolve, burstMs));
  await new Promise<void>((resolve, reject) => {
    const onMessage = (data: WebSocket.RawData): void => {
      const { id, type, payload } = JSON.parse(String(data));
      if (!isAnswer(type) || !waiting.delete(id)) return;
      onOutcome(type === 'error' ? String(payload[0]?.extensions?.code) : 'open');
      if (waiting.size > 0) return;
      socket.off('message', onMessage);
      socket.off('close', onClose);
      resolve();
    };
    const onClose = (code: number): void => reject(new Error(`the server closed the socket with ${code}`));
    socket.on('message', onMessage);
    socket.on('close', onClose);
    for (const number of numbers) {
      socket.send(JSON.stringify({ id: String(number), type: 'subscribe', payload: { query: toDocument(number) } }));
    }
  });
  await pause;
}

/** How long live feeds may take to end after the last client has left, in ms. */
const settleMs = 30_000;

async function settle(app: MeasuredServer): Promise<Measurement> {
  const until = Date.now() + settleMs;
  for (;;) {
    const measured = await app.measure();
    if (Object.values(measured.counts).every((count) => count === 0) || Date.now() > until) return measured;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
