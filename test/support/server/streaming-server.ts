import type { Client } from 'graphql-ws';
import { afterEach, beforeAll, beforeEach } from 'vitest';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import type { Config } from '../../../src/config/load-config.ts';
import { loadExchangeClass } from '../../../src/exchange/ccxt/load-ccxt.ts';
import type { Venue } from '../../venues/venue.ts';
import { type AppServer, startServer } from '../server.ts';
import { connect, eventually } from '../socket-client.ts';

/** The whole app with a client, over one stand-in exchange that streams. */
export interface StreamingServer {
  readonly venue: Venue;
  readonly running: AppServer;
  readonly client: Client;
}

/** Starts one for each test of a file. After each test nothing may still be open. */
export function useStreamingServer(
  id: string,
  create: () => Promise<Venue>,
  config: Partial<Config> = {},
  clock: Clock = systemClock,
): () => StreamingServer {
  let server: StreamingServer | undefined;

  function current(): StreamingServer {
    if (!server) throw new Error('no test is running');
    return server;
  }

  // On a busy machine the first operation of a process would spend its deadline on loading ccxt.
  beforeAll(async () => {
    await loadExchangeClass(id, true);
  });

  beforeEach(async () => {
    const venue = await create();
    const running = await startServer({
      clock,
      config: { lingerMs: 50, pollIntervalMs: 100, upstreamTimeoutMs: 5000, ...config },
      venues: { [id]: venue },
    });
    server = { venue, running, client: connect(running.webSocketUrl) };
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
