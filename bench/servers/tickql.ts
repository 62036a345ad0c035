import { pino } from 'pino';
import { createAddressReader } from '../../src/server/address.ts';
import { createGate } from '../../src/server/gate.ts';
import { createHttpServer } from '../../src/server/http.ts';
import { createSubscriptionServer } from '../../src/server/websocket.ts';
import { createGraphQLServer } from '../../src/server/yoga.ts';
import { createBenchSource } from '../source.ts';
import { drive } from './driver.ts';

// This server, with an exchange inside the process in place of ccxt.

const { marketData, feeds, tick } = createBenchSource();
const log = pino({ level: 'silent' });
const gate = createGate({ addressOf: createAddressReader(0) });
const graphql = createGraphQLServer({ marketData, feeds, gate, log });
const http = createHttpServer(graphql);
createSubscriptionServer({ server: http.server, graphql, gate, maxSubscriptions: 100, log });
drive(await http.listen(0, '127.0.0.1'), tick);
