import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import type { Context } from '../../src/graphql/execution/context.ts';
import { schema } from '../../src/graphql/schema/schema.ts';
import { createPeerContext } from '../peer-context.ts';
import { drive } from './query-driver.ts';

// Apollo Server as shown in its documentation, with this project's schema.

const createContext = createPeerContext();
const server = new ApolloServer<Context>({ schema });
const { url } = await startStandaloneServer(server, {
  listen: { port: 0, host: '127.0.0.1' },
  context: async () => createContext(),
});
drive(Number(new URL(url).port));
