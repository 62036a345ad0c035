import type { IncomingMessage, ServerResponse } from 'node:http';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { GraphQLEngine } from '../../graphql/engine.ts';
import type { Context } from '../../graphql/execution/context.ts';
import { toClientError } from '../../graphql/execution/errors.ts';
import type { Gate } from '../access/gate.ts';
import type { PersistedQueries } from '../answers/persisted-queries.ts';
import { graphqlPath } from '../http/paths.ts';
import { useCost } from './plugins/use-cost.ts';
import { useDocuments } from './plugins/use-documents.ts';
import { useErrorCodes } from './plugins/use-error-codes.ts';
import { useEventStream } from './plugins/use-event-stream.ts';
import { useExecutor } from './plugins/use-executor.ts';
import { useHiddenSchema } from './plugins/use-hidden-schema.ts';
import { useOperationName } from './plugins/use-operation-name.ts';
import { usePersistedQueries } from './plugins/use-persisted-queries.ts';
import { useRequestRecord } from './plugins/use-request-record.ts';
import { useShallowValues } from './plugins/use-shallow-values.ts';
import { withHttp } from './request/http-extension.ts';
import type { YogaContext } from './request/yoga-context.ts';

export interface GraphQLPipelineOptions {
  readonly engine: GraphQLEngine;
  readonly gate: Gate;
  readonly persisted: PersistedQueries;
  readonly log: Logger;
}

type Yoga = YogaServerInstance<YogaContext, Context>;

/**
 * The complete GraphQL pipeline of Yoga: parsing, validation, context, execution and masking of errors. It answers the
 * operations that the answer service declines, except subscriptions.
 */
export interface GraphQLPipeline {
  /** Answers a request over HTTP. If the body has been read already, it is in the request's `body`. */
  handle(request: IncomingMessage, response: ServerResponse, context: YogaContext): unknown;
  /** The steps of the pipeline, for transports that Yoga does not support. */
  readonly getEnveloped: Yoga['getEnveloped'];
}

export function createGraphQLPipeline(options: GraphQLPipelineOptions): GraphQLPipeline {
  const { engine, gate, persisted, log } = options;
  const { schema, documents, measure, execute, report, hideSuggestions } = engine;
  const yoga: Yoga = createYoga<YogaContext, Context>({
    schema,
    context: ({ principal, http }) =>
      engine.createContext((cost) => (http?.isCharged ? undefined : gate.takeCost(principal, cost))),
    graphqlEndpoint: graphqlPath,
    // The router answers preflights, and the door sets the headers.
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    // The document store keeps documents for all protocols.
    parserAndValidationCache: false,
    // The door limits the size of bodies while it reads them; Yoga would pipe each body through another stream.
    maxRequestBodySize: false,
    maskedErrors: { maskError: (error) => withHttp(toClientError(error, report)) },
    plugins: [
      useDocuments(documents),
      ...(hideSuggestions ? [useHiddenSchema()] : []),
      useEventStream(),
      useCost(measure),
      useExecutor(execute),
      useShallowValues(),
      useOperationName(),
      usePersistedQueries(persisted),
      useErrorCodes(report),
      useRequestRecord(),
    ],
    // Yoga would log every error that a client caused as an error of the server, with parts of the document. Errors of
    // the server are reported above, and the log line of the request has the code.
    logging: {
      debug: (...details) => log.trace({ details }, 'yoga'),
      info: (...details) => log.debug({ details }, 'yoga'),
      warn: (...details) => log.warn({ details }, 'yoga'),
      error: (...details) => log.trace({ details }, 'yoga'),
    },
  });
  return { handle: (request, response, context) => yoga(request, response, context), getEnveloped: yoga.getEnveloped };
}
