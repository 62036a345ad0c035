import { once } from 'node:events';
import { createServer } from 'node:http';
import { createYoga } from 'graphql-yoga';
import { createContext } from '../../src/graphql/execution/context.ts';
import { MarketSearch } from '../../src/graphql/execution/market-search.ts';
import { schema } from '../../src/graphql/schema/schema.ts';
import { createBenchSource } from '../source.ts';
import { drive } from './driver.ts';

// Yoga as shown in its documentation, with this project's schema and feeds.

const { marketData, live, tick } = createBenchSource();
const yoga = createYoga({
  schema,
  context: () => createContext({ marketData, live, marketSearch: new MarketSearch(), charge: () => {} }),
  logging: false,
});
const server = createServer((request, response) => void yoga(request, response));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');
drive(address.port, tick);
