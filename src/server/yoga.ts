import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Feeds } from '../feed/feeds.ts';
import { type Context, createContext } from '../graphql/context.ts';
import { toClientError } from '../graphql/errors.ts';
import { createExecutor } from '../graphql/executor.ts';
import { schema } from '../graphql/schema.ts';
import type { MarketData } from '../market/market-data.ts';
import { graphqlPath } from './paths.ts';
import { useErrorCodes } from './use-error-codes.ts';
import { useExecutor } from './use-executor.ts';
import { useGraphiQLPage } from './use-graphiql-page.ts';
import { useSubscriptionRoot } from './use-subscription-root.ts';

export interface GraphQLServerOptions {
  readonly marketData: MarketData;
  readonly feeds: Feeds;
  readonly log: Logger;
}

export type GraphQLServer = YogaServerInstance<Record<never, never>, Context>;

/** The GraphQL pipeline of every transport: parsing, validation, context, execution and masking of errors. */
export function createGraphQLServer({ marketData, feeds, log }: GraphQLServerOptions): GraphQLServer {
  const report = (error: unknown): void => log.error({ err: error }, 'an unexpected error was masked');
  return createYoga<Record<never, never>, Context>({
    schema,
    context: () => createContext(marketData, feeds),
    graphqlEndpoint: graphqlPath,
    // Public data without cookies; Yoga would let any page send a user's credentials along.
    cors: { origin: '*', credentials: false },
    graphiql: false,
    landingPage: false,
    multipart: false,
    maskedErrors: { maskError: (error) => toClientError(error, report) },
    plugins: [useGraphiQLPage(), useSubscriptionRoot(), useExecutor(createExecutor(schema)), useErrorCodes(report)],
    // Yoga would log every error that a client caused as an error of the server; what matters is reported above.
    logging: {
      debug: (...details) => log.trace({ details }, 'yoga'),
      info: (...details) => log.debug({ details }, 'yoga'),
      warn: (...details) => log.warn({ details }, 'yoga'),
      error: (...details) => log.debug({ details }, 'yoga'),
    },
  });
}
