import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { client } from '../client';

/** Queries go over HTTP, subscriptions over the WebSocket. */
export const apollo = new ApolloClient({
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(client),
    new HttpLink({ uri: 'http://localhost:4000/graphql' }),
  ),
  cache: new InMemoryCache(),
});
