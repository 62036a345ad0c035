import { Agent } from 'node:http';
import WebSocket from 'ws';
import { type BuiltServer, startBuiltServer } from './built-server.ts';
import { post } from './post.ts';
import { start } from './processes.ts';
import type { ScreenPeerCommand, ScreenPeerReport } from './servers/screen-ccxt.ts';
import type { ScreenCommand, ScreenReport } from './servers/screen-venue.ts';

// How long it takes until all markets of a screen are streamed, and how many messages the exchange receives for it. The
// exchange answers after 300 ms, and has far more markets than the screen shows.

const markets = 1500;
const agent = new Agent();
const shown = Number(process.env.MARKETS ?? 300);
const delayMs = 300;
const symbols = Array.from({ length: shown }, (_, index) => `C${index}/USDT`);

interface Screen {
  readonly ms: number;
  readonly messages: number;
  readonly connections: number;
}

const venue = start<ScreenCommand, ScreenReport>('./servers/screen-venue', [markets, shown, delayMs].map(String));
const { config } = await venue.wait('ready');

/** Opens a screen; `open` resolves with how long it took until all markets were streamed. */
async function measure(open: () => Promise<number>): Promise<Screen> {
  venue.send({ type: 'reset' });
  await venue.wait('reset');
  const ms = await open();
  venue.send({ type: 'count' });
  return { ...(await venue.wait('count')), ms };
}

const fields = 'symbol source';
const list = JSON.stringify(symbols);
const one = symbols.map(
  (symbol) => `subscription { tickerUpdated(exchange: "binance", symbol: "${symbol}") { ${fields} } }`,
);
const all = [`subscription { tickersUpdated(exchange: "binance", symbols: ${list}) { ${fields} } }`];

/** Subscribes over one socket. Resolves with the time until each market was pushed by its stream, in ms. */
function streamed(port: number, documents: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const missing = new Set(symbols);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
    let startedAt = 0;
    socket.on('error', reject);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.once('message', () => {
      startedAt = performance.now();
      for (const [id, query] of documents.entries()) {
        socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query } }));
      }
      socket.on('message', (data) => {
        const text = String(data);
        if (text.includes('"errors"')) reject(new Error(text.slice(0, 300)));
        if (!text.includes('"STREAM"')) return;
        missing.delete(/"symbol":"([^"]+)"/.exec(text)?.[1] ?? '');
        if (missing.size > 0) return;
        resolve(performance.now() - startedAt);
        socket.terminate();
      });
    });
  });
}

async function measureTickQL(documents: readonly string[]): Promise<Screen> {
  const server: BuiltServer = await startBuiltServer({ exchanges: { binance: { ...config } } });
  await post(server.port, '{ market(exchange: "binance", symbol: "C0/USDT") { symbol } }', { agent });
  const screen = await measure(() => streamed(server.port, documents));
  await server.stop();
  return screen;
}

async function measureCcxt(options: object): Promise<Screen> {
  const args = [JSON.stringify({ ...config, options }), JSON.stringify(symbols)];
  const peer = start<ScreenPeerCommand, ScreenPeerReport>('./servers/screen-ccxt', args);
  await peer.wait('ready');
  const screen = await measure(async () => {
    peer.send({ type: 'open' });
    return (await peer.wait('streamed', 180_000)).ms;
  });
  await peer.stop();
  return screen;
}

function print(name: string, { ms, messages, connections }: Screen, peer: Screen | null): void {
  const ratio = peer ? `${(ms / peer.ms).toFixed(2)} ×` : '';
  process.stdout.write(`| ${[name, `${(ms / 1000).toFixed(1)} s`, ratio, messages, connections].join(' | ')} |\n`);
}

process.stdout.write(
  `\nA screen of ${shown} of ${markets} markets, until all are streamed. The exchange answers after ${delayMs} ms.\n\n` +
    '| | time | of ccxt within the limit | messages to the exchange | connections |\n|---|---|---|---|---|\n',
);
/** One connection, over which ccxt sends at most five messages a second, as Binance allows. */
const politely = {
  streamLimits: { spot: 1 },
  subscriptionLimitByStream: { spot: 1024 },
  ws: { cost: 4.2 },
};
print('ccxt, one watch call per market', await measureCcxt({}), null);
const peer = await measureCcxt(politely);
print("the same within the exchange's limit of five messages a second", peer, null);
print('TickQL, one subscription to all', await measureTickQL(all), peer);
print('TickQL, one subscription per market', await measureTickQL(one), peer);
await venue.stop();
