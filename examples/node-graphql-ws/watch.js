// node node-graphql-ws/watch.js kraken BTC/USD ETH/USD
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [exchange = 'sim', ...symbols] = process.argv.slice(2);
const query = `subscription ($exchange: ID!, $symbols: [String!]!) {
  tickersUpdated(exchange: $exchange, symbols: $symbols) { symbol last stale datetime }
}`;
const variables = { exchange, symbols: symbols.length > 0 ? symbols : ['BTC/USDT', 'ETH/USDT'] };

/** @type {NodeJS.Timeout | undefined} */
let pongTimer;

// While the server is away, the client tries again; then the subscription continues with the latest prices.
const client = createClient({
  url: 'ws://localhost:4000/graphql',
  webSocketImpl: WebSocket,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait: (retries) => sleep(Math.min(1000 * 2 ** retries, 30_000) * (0.5 + Math.random())),
  keepAlive: 10_000,
  on: {
    connected: () => console.error('connected'),
    closed: () => {
      clearTimeout(pongTimer);
      console.error('disconnected');
    },
    // A connection that has died silently does not answer.
    ping: (received) => {
      if (!received) pongTimer = setTimeout(() => client.terminate(), 5000);
    },
    pong: () => clearTimeout(pongTimer),
  },
});

for (;;) {
  try {
    for await (const { data, errors } of client.iterate({ query, variables })) {
      if (errors) throw errors;
      console.log(JSON.stringify(data?.tickersUpdated));
    }
  } catch (reason) {
    const [{ message, extensions }] = Array.isArray(reason) ? reason : [{ message: `${reason}` }];
    console.error(message);
    // If `retryable` is false, the same error would come again.
    if (!extensions?.retryable) process.exit(1);
    await sleep(extensions.retryAfterMs ?? 1000);
  }
}
