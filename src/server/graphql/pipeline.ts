import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { Logger } from 'pino';
import { type Clock, systemClock } from '../../base/clock.ts';
import { createErrorReport } from '../../base/error-report.ts';
import { ThrottledLog } from '../../base/throttled-log.ts';
import type { LiveOperations } from '../../feed/live/live-operations.ts';
import { CostMeter, type MeasureCost } from '../../graphql/cost/cost-meter.ts';
import { defaultQueryLimits, type QueryLimits } from '../../graphql/cost/query-limits.ts';
import { DocumentStore } from '../../graphql/documents/document-store.ts';
import { createDocumentParser } from '../../graphql/documents/parse-document.ts';
import { createDocumentValidator } from '../../graphql/documents/validate-document.ts';
import { type Context, createContext } from '../../graphql/execution/context.ts';
import { toClientError } from '../../graphql/execution/errors.ts';
import { createExecutor } from '../../graphql/execution/executor.ts';
import { MarketSearch } from '../../graphql/execution/market-search.ts';
import { schema } from '../../graphql/schema/schema.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import { Admission } from '../access/admission.ts';
import type { Allowance } from '../access/allowance.ts';
import type { Gate } from '../access/gate.ts';
import type { SubscriptionMemory } from '../access/subscription-memory.ts';
import { createOperations } from '../answers/operations.ts';
import { PersistedQueries } from '../answers/persisted-queries.ts';
import { ResponseCache } from '../answers/response-cache.ts';
import { createDoor, type HandleRequest, type YogaContext } from '../doors/graphql-http.ts';
import { type Cors, createCors } from '../http/cors.ts';
import { graphqlPath } from '../http/paths.ts';
import { SlowReaders } from '../http/slow-readers.ts';
import { createRequestObserver, type ObserverOptions } from '../observe/request-observer.ts';
import { useCost } from './plugins/use-cost.ts';
import { useDocuments } from './plugins/use-documents.ts';
import { useErrorCodes } from './plugins/use-error-codes.ts';
import { useEventStream } from './plugins/use-event-stream.ts';
import { useExecutor } from './plugins/use-executor.ts';
import { useGraphiQLPage } from './plugins/use-graphiql-page.ts';
import { useHiddenSchema } from './plugins/use-hidden-schema.ts';
import { useLiveEvents } from './plugins/use-live-events.ts';
import { useOperationName } from './plugins/use-operation-name.ts';
import { usePersistedQueries } from './plugins/use-persisted-queries.ts';
import { useRequestRecord } from './plugins/use-request-record.ts';
import { useShallowValues } from './plugins/use-shallow-values.ts';
import { useStreamLimit } from './plugins/use-stream-limit.ts';
import { withRefusal } from './refusal.ts';

export interface GraphQLServerOptions extends Pick<ObserverOptions, 'onRequest' | 'tracer'> {
  readonly marketData: MarketData;
  readonly live: LiveOperations;
  readonly gate: Gate;
  /** Counts subscriptions over server-sent events. */
  readonly openOperations: Allowance;
  /** Counts what subscriptions of all protocols keep in memory. */
  readonly subscriptionMemory: SubscriptionMemory;
  /** Any page may ask without it. */
  readonly cors?: Cors;
  readonly log: Logger;
  readonly limits?: QueryLimits;
  /** False where clients may not ask for the schema; then errors suggest nothing of it either. */
  readonly introspection?: boolean;
  readonly clock?: Clock;
  /** Cuts who does not take an answer. */
  readonly slowReaders?: SlowReaders;
  /** Called once for each document that is asked for: true where it is known already. */
  readonly onDocument?: (isHit: boolean) => void;
  /** Called once for each error that is masked as INTERNAL_SERVER_ERROR. */
  readonly onInternalError?: () => void;
}

type Yoga = YogaServerInstance<YogaContext, Context>;

/** The GraphQL pipeline of every transport: parsing, validation, context, execution and masking of errors. */
export interface GraphQLServer {
  /** The pipeline's steps, for transports that Yoga does not speak. */
  readonly getEnveloped: Yoga['getEnveloped'];
  /** What an operation costs; throws QUERY_TOO_COMPLEX where that is too much. */
  readonly measure: MeasureCost;
  /** Lets operations of all protocols in. */
  readonly admission: Admission;
  /** True where errors must suggest nothing of the schema. */
  readonly hideSuggestions: boolean;
  /** What the resolvers of subscriptions that several share work with. */
  createSharedContext(): Context;
  /** Answers a request over HTTP. */
  readonly handle: HandleRequest;
  /** How many requests have found a kept answer since the start, and how many have not. */
  readonly answerLookups: Readonly<ResponseCache['lookups']>;
  /** What documents and open subscriptions keep in memory, by estimate, in bytes. */
  readonly memory: DocumentStore['bytes'] & { readonly open: number };
  /** To be called with errors that clients must not see. */
  readonly report: (error: unknown) => void;
}

/** Answers that are given again while they are fresh. */
const maxAnswerBytes = 32 * 1024 * 1024;

/** The GraphQL pipeline; `clock` decides how long answers are kept. */
export function createGraphQLServer(options: GraphQLServerOptions): GraphQLServer {
  const {
    marketData,
    live,
    gate,
    cors = createCors(null),
    openOperations,
    subscriptionMemory,
    log,
    clock = systemClock,
  } = options;
  const { limits = defaultQueryLimits, introspection = true, slowReaders = new SlowReaders({ clock }) } = options;
  const sources = { marketData, live, marketSearch: new MarketSearch() };
  const admission = new Admission({ operations: openOperations, memory: subscriptionMemory, clock });
  const report = createErrorReport(new ThrottledLog({ log, clock }), options.onInternalError);
  const execute = createExecutor(schema);
  const persisted = new PersistedQueries();
  const documents = new DocumentStore({
    parse: createDocumentParser(limits),
    validate: createDocumentValidator(schema, { introspection }),
    findOpen: (text) => subscriptionMemory.findDocument(text),
  });
  const measure = new CostMeter(schema, limits.maxCost).measure;
  const yoga: Yoga = createYoga<YogaContext, Context>({
    schema,
    context: ({ principal, isCharged }) =>
      createContext({ ...sources, charge: (cost) => (isCharged ? undefined : gate.takeCost(principal, cost)) }),
    graphqlEndpoint: graphqlPath,
    // The door answers preflights and sets the headers.
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    // The document store keeps documents for all protocols.
    parserAndValidationCache: false,
    // The door limits bodies as they come; Yoga would pipe each through a stream of its own.
    maxRequestBodySize: false,
    maskedErrors: { maskError: (error) => withRefusal(toClientError(error, report)) },
    plugins: [
      useGraphiQLPage(),
      useDocuments(documents),
      ...(introspection ? [] : [useHiddenSchema()]),
      useEventStream(),
      useCost(measure),
      useLiveEvents(report),
      useStreamLimit(admission, measure),
      useExecutor(execute),
      useShallowValues(),
      useOperationName(),
      usePersistedQueries(persisted),
      useErrorCodes(report),
      useRequestRecord(),
    ],
    // Yoga would log every error that a client caused as an error of the server, with parts of its document; what
    // matters is reported above, and in the line of the request.
    logging: {
      debug: (...details) => log.trace({ details }, 'yoga'),
      info: (...details) => log.debug({ details }, 'yoga'),
      warn: (...details) => log.warn({ details }, 'yoga'),
      error: (...details) => log.trace({ details }, 'yoga'),
    },
  });

  const cache = new ResponseCache({ clock, maxBytes: maxAnswerBytes });
  const door = createDoor({
    clock,
    gate,
    cors,
    cache,
    observer: createRequestObserver(options),
    answer: createOperations({
      schema,
      documents,
      measure,
      execute,
      createContext: (freshness, charge) => createContext({ ...sources, charge, freshness }),
      persisted,
      ...(options.onDocument ? { onLookup: options.onDocument } : {}),
      report,
    }),
    yoga: (request, response, context) => {
      slowReaders.watchStream(response);
      return yoga(request, response, context);
    },
    report,
  });

  return {
    getEnveloped: yoga.getEnveloped,
    answerLookups: cache.lookups,
    get memory() {
      return { ...documents.bytes, open: subscriptionMemory.bytes };
    },
    report,
    measure,
    admission,
    hideSuggestions: !introspection,
    createSharedContext: () => createContext({ ...sources, charge: () => {} }),
    handle: (request, response) => {
      slowReaders.watch(response);
      door(request, response);
    },
  };
}
