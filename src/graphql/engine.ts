import type { GraphQLSchema } from 'graphql';
import { type Clock, systemClock } from '../base/clock.ts';
import type { LiveOperations } from '../feed/live/live-operations.ts';
import { IndicatorQueries } from '../indicators/indicator-queries.ts';
import type { MarketData } from '../market/ports/market-data.ts';
import { ScreenRankings } from '../market/screen/screen-rankings.ts';
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
import { CandleFormats } from './text/candle-formats.ts';
import { OperationTexts } from './text/operation-texts.ts';

export interface GraphQLEngineOptions {
  readonly marketData: MarketData;
  readonly live: LiveOperations;
  /** The clock of the system by default. */
  readonly clock?: Clock;
  readonly limits?: QueryLimits;
  /** False if clients may not query the schema. Errors then suggest no names from it either. */
  readonly introspection?: boolean;
  /** Called with unexpected errors, which clients see only in masked form. */
  readonly report: (error: unknown) => void;
}

/** The parts that execute operations, shared by all protocols. */
export interface GraphQLEngine {
  readonly schema: GraphQLSchema;
  readonly documents: DocumentStore;
  /** Returns the cost of an operation. Throws QUERY_TOO_COMPLEX if it exceeds the limit. */
  readonly measure: MeasureCost;
  readonly execute: Execute;
  /** True if errors must not suggest names from the schema. */
  readonly hideSuggestions: boolean;
  /** Creates the context for the resolvers of one operation. */
  createContext(charge: Charge, freshness?: Freshness, texts?: OperationTexts): Context;
  /** Creates the texts of one operation. Its context and whoever writes its result share them. */
  createTexts(): OperationTexts;
  /** Call it with unexpected errors, which clients see only in masked form. */
  readonly report: (error: unknown) => void;
}

export function createGraphQLEngine(options: GraphQLEngineOptions): GraphQLEngine {
  const { marketData, live, clock = systemClock, introspection = true, report } = options;
  const { limits = defaultQueryLimits } = options;
  const formats = new CandleFormats();
  const shared = {
    marketSearch: new MarketSearch(),
    screens: new ScreenRankings(),
    indicators: new IndicatorQueries(),
  };
  const sources = { marketData, live, clock, ...shared };
  return {
    schema,
    documents: new DocumentStore({
      parse: createDocumentParser(limits),
      validate: createDocumentValidator(schema, { introspection }),
    }),
    measure: new CostMeter(schema, limits.maxCost).measure,
    execute: createExecutor(schema),
    hideSuggestions: !introspection,
    createContext: (charge, freshness, texts) =>
      createContext({ ...sources, charge, ...(freshness ? { freshness } : {}), ...(texts ? { texts } : {}) }),
    createTexts: () => new OperationTexts(formats),
    report,
  };
}
