/** Where GraphQL is served, over HTTP and WebSocket. */
export const graphqlPath = '/graphql';

/** What Prometheus reads. */
export const metricsPath = '/metrics';
