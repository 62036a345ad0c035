/** The path of GraphQL over HTTP and WebSocket. */
export const graphqlPath = '/graphql';

/** The path of the metrics for Prometheus. */
export const metricsPath = '/metrics';
