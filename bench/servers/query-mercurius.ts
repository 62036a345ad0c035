import fastify from 'fastify';
import mercurius from 'mercurius';
import { schema } from '../../src/graphql/schema/schema.ts';
import { createPeerContext } from '../peer-context.ts';
import { drive } from './query-driver.ts';

// Mercurius as shown in its documentation, compiling queries that are sent twice, with this project's schema.

const createContext = createPeerContext();
const app = fastify();
await app.register(mercurius, { schema, jit: 1, context: () => ({ ...createContext() }) });
const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
drive(Number(port));
