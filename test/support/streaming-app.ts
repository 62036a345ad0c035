import type { Client } from 'graphql-ws';
import { afterEach, beforeEach } from 'vitest';
import type { Config } from '../../src/config/load-config.ts';
import type { Venue } from '../venues/venue.ts';
import { type RunningApp, startApp } from './running-app.ts';
import { connect, eventually } from './socket-client.ts';

/** A server whose one exchange is a stand-in that streams, and a client of it. */
export interface StreamingApp {
  readonly venue: Venue;
  readonly running: RunningApp;
  readonly client: Client;
}

/** One for each test of a file, which must leave nothing open behind. `config` is what the tests are about. */
export function useStreamingApp(
  id: string,
  create: () => Promise<Venue>,
  config: Partial<Config> = {},
): () => StreamingApp {
  let app: StreamingApp | undefined;

  function current(): StreamingApp {
    if (!app) throw new Error('no test is under way');
    return app;
  }

  beforeEach(async () => {
    const venue = await create();
    const running = await startApp({
      lingerMs: 50,
      pollIntervalMs: 100,
      upstreamTimeoutMs: 1000,
      exchangeOptions: { [id]: { ...venue.exchangeConfig, rateLimit: 1 } },
      ...config,
    });
    app = { venue, running, client: connect(running.webSocketUrl) };
  });

  afterEach(async () => {
    const { venue, running, client } = current();
    await client.dispose();
    await eventually(() => Object.values(running.app.counts).every((count) => count === 0));
    await eventually(() => venue.streamSockets === 0);
    await running.stop();
    await venue.close();
  });
  return current;
}
