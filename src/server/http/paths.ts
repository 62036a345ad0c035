/** The path of GraphQL over HTTP and WebSocket. */
export const graphqlPath = '/graphql';

/** The path of the metrics for Prometheus. */
export const metricsPath = '/metrics';

/** The path of the REST API's documentation. The paths of its resources begin with it. */
export const restPath = '/api';

/** The path of the OpenAPI document of the REST API. */
export const openApiPath = `${restPath}/openapi.json`;

/** The path of the Model Context Protocol over streamable HTTP. */
export const mcpPath = '/mcp';
