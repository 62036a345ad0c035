import { Client, cacheExchange, fetchExchange, subscriptionExchange } from 'urql';
import { client } from '../client';

/** Queries go over HTTP, subscriptions over the WebSocket. */
export const urql = new Client({
  url: 'http://localhost:4000/graphql',
  preferGetMethod: false,
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query = '', variables }) => ({
        subscribe: (sink) => ({ unsubscribe: client.subscribe({ query, variables: { ...variables } }, sink) }),
      }),
    }),
  ],
});
