/** Where GraphQL is served, over HTTP and WebSocket. */
export const graphqlPath = '/graphql';
