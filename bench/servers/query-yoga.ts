import { once } from 'node:events';
import { createServer } from 'node:http';
import { createYoga } from 'graphql-yoga';
import { schema } from '../../src/graphql/schema/schema.ts';
import { createPeerContext } from '../peer-context.ts';
import { drive } from './query-driver.ts';

// Yoga as shown in its documentation, with this project's schema.

const server = createServer(createYoga({ schema, context: createPeerContext() }));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');
drive(address.port);
