import { SubscriptionClient } from 'subscriptions-transport-ws';
import { afterEach, beforeEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { type AppServer, startServer } from '../support/server.ts';
import { eventually } from '../support/socket-client.ts';

// The library of the protocol before graphql-transport-ws, which Apollo's older links and many apps still have.

let server: AppServer;

beforeEach(async () => {
  server = await startServer();
});

afterEach(() => server.stop());

test('is told which protocol this server speaks, and sees a close code', async () => {
  const closes: (readonly [number, string])[] = [];
  class Recorded extends WebSocket {
    constructor(url: string, protocols: string | string[]) {
      super(url, protocols);
      this.on('close', (code, reason) => closes.push([code, String(reason)]));
    }
  }
  const told: unknown[] = [];
  const client = new SubscriptionClient(
    server.webSocketUrl,
    { reconnect: false, connectionCallback: (error) => told.push(error) },
    Recorded,
  );
  const sentence =
    'Subprotocol not acceptable: this server speaks graphql-transport-ws, as the npm package graphql-ws does.';
  await eventually(() => closes.length > 0);
  expect(closes).toEqual([[4406, sentence]]);
  expect(told).toEqual([{ message: sentence }]);
  await eventually(() => server.app.counts.sockets === 0);
  client.close();
});
