import { createClient } from 'graphql-ws';

let pongTimer: ReturnType<typeof setTimeout> | undefined;

export const client = createClient({
  url: 'ws://localhost:4000/graphql',
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait: (retries) =>
    new Promise((resolve) => setTimeout(resolve, Math.min(1000 * 2 ** retries, 30_000) * (0.5 + Math.random()))),
  keepAlive: 10_000,
  on: {
    ping: (received) => {
      if (!received) pongTimer = setTimeout(() => client.terminate(), 5_000);
    },
    pong: (received) => {
      if (received) clearTimeout(pongTimer);
    },
    closed: () => clearTimeout(pongTimer),
  },
});
