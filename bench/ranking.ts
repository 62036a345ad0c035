import { Agent } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import WebSocket from 'ws';
import { post } from './post.ts';
import { start } from './processes.ts';
import type { VenueCommand, VenueReport } from './servers/binance.ts';
import type { QueryCommand, QueryReport } from './servers/query-driver.ts';

// How long screens of a large exchange block the event loop of a server with default settings, and how many calls to the
// exchange they cost. The exchange answers after 100 ms.

const markets = Number(process.env.MARKETS ?? 3000);
const rounds = Number(process.env.ROUNDS ?? 4);
const clients = 1000;
const goalMs = 20;
/** By default, the answer to a screen is fresh for as long, and subscribers are polled for as often, in ms. */
const intervalMs = 5000;

const ranks = ['QUOTE_VOLUME', 'CHANGE', 'PERCENTAGE', 'LAST', 'RANGE', 'SPREAD'];
const screens = ranks.flatMap((rank) =>
  ['ASC', 'DESC'].map((order) => `(exchange: "binance", rankBy: ${rank}, order: ${order}) { symbol last quoteVolume }`),
);

const venue = start<VenueCommand, VenueReport>('./servers/binance', [String(markets), '100']);
const { config } = await venue.wait('ready');
const server = start<QueryCommand, QueryReport>('./servers/ranking-tickql', [JSON.stringify(config)]);
const { port } = await server.wait('ready');
const agent = new Agent({ keepAlive: true, maxSockets: 50 });
process.stdout.write(
  `\nScreens of ${markets.toLocaleString('en')} markets, over ${rounds} lives of their tickers\n\n` +
    '| | event loop blocked | calls to the exchange |\n|---|---|---|\n',
);

/** Prints the longest block and the number of calls while `work` runs. */
async function measure(name: string, work: () => Promise<void>): Promise<void> {
  venue.send({ type: 'reset' });
  await venue.wait('reset');
  server.send({ type: 'watch' });
  await server.wait('watching');
  // The first tick of the server's timer only sets the starting point.
  await setTimeout(10);
  await work();
  server.send({ type: 'unwatch' });
  const { longestBlockMs } = await server.wait('unwatched');
  venue.send({ type: 'count' });
  const { others } = await venue.wait('count');
  const verdict = longestBlockMs <= goalMs ? 'met' : 'MISSED';
  process.stdout.write(`| ${name} | ${longestBlockMs.toFixed(1)} ms (goal ${goalMs} ms: ${verdict}) | ${others} |\n`);
}

async function askAll(): Promise<void> {
  await Promise.all(screens.map((screen) => post(port, `{ screen${screen} }`, { agent })));
}

/** Opens a subscription on its own connection. Resolves once it has received its first page. */
function follow(screen: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
    socket.on('error', reject);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (data) => {
      const { type } = JSON.parse(String(data));
      if (type === 'next') resolve(socket);
      if (type === 'error') reject(new Error(String(data)));
      if (type !== 'connection_ack') return;
      const payload = { query: `subscription { screenUpdated${screen} }` };
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
    });
  });
}

/** Moves a price in each interval. */
async function passLives(during: () => Promise<void>): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    venue.send({ type: 'push', last: String(20 + round) });
    await venue.wait('pushed');
    await during();
    await setTimeout(intervalMs);
  }
}

// Loading the list of markets is measured by the bench `start`. The second time, the compiler of queries is loaded.
for (let count = 0; count < 3; count++) {
  await post(port, '{ market(exchange: "binance", symbol: "C0/USDT") { symbol } }', { agent });
}
await setTimeout(1000);
await measure(`the first ${screens.length} different screens`, askAll);
await measure(`${screens.length} different screens, again and again`, () => passLives(askAll));
const sockets: WebSocket[] = [];
await measure(`${clients.toLocaleString('en')} subscriptions, ${screens.length} different ones, begin`, async () => {
  for (let count = 0; count < clients; count += 50) {
    const wave = Array.from({ length: 50 }, (_, index) => screens[(count + index) % screens.length] ?? '');
    sockets.push(...(await Promise.all(wave.map(follow))));
  }
});
await measure(`${clients.toLocaleString('en')} subscriptions`, () => passLives(async () => {}));
for (const socket of sockets) socket.terminate();
agent.destroy();
await server.stop();
await venue.stop();
