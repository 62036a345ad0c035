import { pino } from 'pino';
import { setV8Flags } from '../../src/app/v8-flags.ts';
import { createAddressReader } from '../../src/server/access/address.ts';
import { Allowance } from '../../src/server/access/allowance.ts';
import { createGate } from '../../src/server/access/gate.ts';
import { SubscriptionMemory } from '../../src/server/access/subscription-memory.ts';
import { createGraphQLServer } from '../../src/server/graphql/pipeline.ts';
import { createHttpServer } from '../../src/server/http/http-server.ts';
import { createSubscriptionServer } from '../../src/server/websocket/subscription-server.ts';
import { createBenchSource } from '../source.ts';
import { drive } from './driver.ts';

// This server, with an in-process exchange instead of ccxt.

const { marketData, live, tick } = createBenchSource();
const log = pino({ level: 'silent' });
// As in app/run.ts.
setV8Flags();
const operations = new Allowance({ most: 200_000, maxPerAddress: 5000, limitsLoopback: false });
const megabyte = 1024 * 1024;
const subscriptionMemory = new SubscriptionMemory({
  maxBytes: 64 * megabyte,
  maxBytesPerAddress: 16 * megabyte,
  limitsLoopback: false,
});
const gate = createGate({ addressOf: createAddressReader(0) });
const graphql = createGraphQLServer({ marketData, live, gate, openOperations: operations, subscriptionMemory, log });
const http = createHttpServer(graphql);
const sockets = new Allowance({ most: 20_000, maxPerAddress: 1000, limitsLoopback: false });
const limits = { sockets, maxSubscriptions: 500, maxMessagesPerSecond: 100 };
createSubscriptionServer({ server: http.server, graphql, gate, limits, log });
drive(await http.listen(0, '127.0.0.1'), tick);
