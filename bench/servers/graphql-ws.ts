import { once } from 'node:events';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { createContext } from '../../src/graphql/execution/context.ts';
import { MarketSearch } from '../../src/graphql/execution/market-search.ts';
import { schema } from '../../src/graphql/schema/schema.ts';
import { createBenchSource } from '../source.ts';
import { drive } from './driver.ts';

// graphql-ws as shown in its documentation, with this project's schema and feeds.

const { marketData, live, tick } = createBenchSource();
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/graphql' });
useServer(
  { schema, context: () => createContext({ marketData, live, marketSearch: new MarketSearch(), charge: () => {} }) },
  server,
);
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');
drive(address.port, tick);
