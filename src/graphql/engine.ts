import type { GraphQLSchema } from 'graphql';
import type { LiveOperations } from '../feed/live/live-operations.ts';
import type { MarketData } from '../market/ports/market-data.ts';
import { CostMeter, type MeasureCost } from './cost/cost-meter.ts';
import { defaultQueryLimits, type QueryLimits } from './cost/query-limits.ts';
import { DocumentStore } from './documents/document-store.ts';
import { createDocumentParser } from './documents/parse-document.ts';
import { createDocumentValidator } from './documents/validate-document.ts';
import { type Charge, type Context, createContext } from './execution/context.ts';
import { createExecutor, type Execute } from './execution/executor.ts';
import type { Freshness } from './execution/freshness.ts';
import { MarketSearch } from './execution/market-search.ts';
import { schema } from './schema/schema.ts';

export interface GraphQLEngineOptions {
  readonly marketData: MarketData;
  readonly live: LiveOperations;
  readonly limits?: QueryLimits;
  /** False if clients may not ask for the schema; then errors suggest nothing of it either. */
  readonly introspection?: boolean;
  /** Called with unexpected errors, which clients see masked. */
  readonly report: (error: unknown) => void;
}

/** What executing an operation takes, the same for every protocol. */
export interface GraphQLEngine {
  readonly schema: GraphQLSchema;
  readonly documents: DocumentStore;
  /** What an operation costs; throws QUERY_TOO_COMPLEX if that is too much. */
  readonly measure: MeasureCost;
  readonly execute: Execute;
  /** True if errors must suggest nothing of the schema. */
  readonly hideSuggestions: boolean;
  /** What the resolvers of one operation work with. */
  createContext(charge: Charge, freshness?: Freshness): Context;
  /** To be called with unexpected errors, which clients see masked. */
  readonly report: (error: unknown) => void;
}

export function createGraphQLEngine(options: GraphQLEngineOptions): GraphQLEngine {
  const { marketData, live, limits = defaultQueryLimits, introspection = true, report } = options;
  const sources = { marketData, live, marketSearch: new MarketSearch() };
  return {
    schema,
    documents: new DocumentStore({
      parse: createDocumentParser(limits),
      validate: createDocumentValidator(schema, { introspection }),
    }),
    measure: new CostMeter(schema, limits.maxCost).measure,
    execute: createExecutor(schema),
    hideSuggestions: !introspection,
    createContext: (charge, freshness) =>
      freshness ? createContext({ ...sources, charge, freshness }) : createContext({ ...sources, charge }),
    report,
  };
}
