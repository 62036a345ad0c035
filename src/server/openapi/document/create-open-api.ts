import type { GraphQLSchema } from 'graphql';
import { historicalPath } from '../../rest/historical-route.ts';
import { createResources } from '../../rest/resources.ts';
import { createStreamResources } from '../../rest/stream-resources.ts';
import { headers } from './headers.ts';
import type { OpenApi, PathItem } from './open-api.ts';
import { sharedParameters, toHistoricalOperation, toOperation, toStreamOperation } from './operations.ts';
import { toTemplate } from './parameters.ts';
import { failureResponses, problemSchema } from './problem.ts';
import { SharedSchemas } from './shared-schemas.ts';

export interface OpenApiOptions {
  readonly schema: GraphQLSchema;
  /** The version of this server. */
  readonly version: string;
  /** True if clients need an API key. */
  readonly requiresKey: boolean;
}

const tags = [
  { name: 'Prices', description: 'Tickers, quotes across exchanges, and rankings of markets.' },
  { name: 'Candles', description: 'Open, high, low, close and volume for each period.' },
  { name: 'Orders and trades', description: 'Order books and public trades.' },
  { name: 'Derivatives', description: 'Funding rates and open interest of contracts.' },
  { name: 'Exchanges and markets', description: 'Which exchanges there are, and what each of them lists.' },
  { name: 'Streams', description: 'Live data as server-sent events, for example for EventSource in a browser.' },
];

const description = `Market data of crypto exchanges, read only. Every answer is that of the GraphQL API at /graphql to the same query.

A symbol is written BTC/USDT, BTC%2FUSDT or BTC-USDT; a perpetual contract is written BTC/USDT:USDT or BTC-USDT:USDT. The exchange sim is built in, and its prices are made up.

A value that an exchange does not send is null. \`stale\` is true if the exchange fails at present, and the value is the last known one.`;

/** Describes the REST API. The description and the routes are made from the same tables, so that they agree. */
export function createOpenApi({ schema, version, requiresKey }: OpenApiOptions): OpenApi {
  const shared = new SharedSchemas();
  const resources = createResources(schema);
  const candles = resources.find(({ operationId }) => operationId === 'getCandles');
  const paths: readonly (readonly [path: string, item: PathItem])[] = [
    ...resources.map((resource) => [toTemplate(resource.path), { get: toOperation(resource, shared.share) }] as const),
    ...(candles ? [[historicalPath, { post: toHistoricalOperation(candles, shared.share) }] as const] : []),
    ...createStreamResources(schema).map(
      (stream) => [toTemplate(stream.path), { get: toStreamOperation(stream, shared.share) }] as const,
    ),
  ];
  return {
    openapi: '3.1.1',
    info: {
      title: 'TickQL',
      version,
      summary: 'Crypto market data',
      description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // Relative to the address of this document, so that it is right behind a proxy that adds a prefix to all paths, too.
    servers: [{ url: '..', description: 'This server' }],
    security: requiresKey ? [{ apiKey: [] }] : [{}, { apiKey: [] }],
    tags,
    paths: Object.fromEntries(paths),
    components: {
      schemas: { ...shared.all, Problem: problemSchema },
      responses: failureResponses,
      headers,
      parameters: sharedParameters,
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'One of the keys in the setting API_KEYS of this server.',
        },
      },
    },
  };
}
