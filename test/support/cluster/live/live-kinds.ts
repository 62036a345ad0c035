import type { Operation } from '../../socket-client.ts';
import type { ClusterServer } from '../cluster-server.ts';

/** Subscriptions to one market, by what they bring. */
export type KindDocuments = Readonly<Record<string, string>>;

const ticker = 'symbol last bid ask stale';

/** Subscriptions to all that an exchange has for a spot market. */
export function toSpotKinds(exchange: string, symbol: string, candles: string): KindDocuments {
  const market = `exchange: "${exchange}", symbol: "${symbol}"`;
  return toSubscriptions({
    ticker: `tickerUpdated(${market}) { ${ticker} }`,
    tickers: `tickersUpdated(exchange: "${exchange}", symbols: ["${symbol}"]) { ${ticker} }`,
    watchlist: `watchlistUpdated(markets: [{ ${market} }]) { ${ticker} }`,
    quote: `quoteUpdated(exchanges: ["${exchange}"], symbol: "${symbol}") { bestBid { price } bestAsk { price } }`,
    screen: `screenUpdated(exchange: "${exchange}", first: 3) { ${ticker} }`,
    book: `orderBookUpdated(${market}, limit: 5) { bids { price amount } asks { price amount } stale }`,
    candles: `candleUpdated(${market}, timeframe: "${candles}") { timestamp open high low close volume closed stale }`,
    trades: `tradesExecuted(${market}) { tradeId timestamp price amount side }`,
  });
}

/** Subscriptions to what only contracts have. */
export function toContractKinds(exchange: string, symbol: string): KindDocuments {
  const market = `exchange: "${exchange}", symbol: "${symbol}"`;
  return toSubscriptions({
    fundingRate: `fundingRateUpdated(${market}) { rate stale }`,
    openInterest: `openInterestUpdated(${market}) { amount stale }`,
    liquidations: `liquidationsExecuted(${market}) { side price contracts timestamp }`,
  });
}

function toSubscriptions(fields: Readonly<Record<string, string>>): KindDocuments {
  return Object.fromEntries(Object.entries(fields).map(([kind, field]) => [kind, `subscription { ${field} }`]));
}

/** One operation for each document, on one instance. */
export class KindReader {
  readonly operations: Readonly<Record<string, Operation>>;

  constructor(server: ClusterServer, documents: KindDocuments) {
    this.operations = Object.fromEntries(
      Object.entries(documents).map(([kind, document]) => [kind, server.subscribe(document)]),
    );
  }

  /** What each latest-value kind has sent last. */
  get latest(): Readonly<Record<string, unknown>> {
    const values = Object.entries(this.operations).filter(([kind]) => kind !== 'trades' && kind !== 'liquidations');
    return Object.fromEntries(values.map(([kind, { results }]) => [kind, results.at(-1)?.data]));
  }

  /** Everything that a kind of events has sent, in order. */
  readEvents(kind: 'trades' | 'liquidations'): readonly object[] {
    const field = kind === 'trades' ? 'tradesExecuted' : 'liquidationsExecuted';
    return this.operations[kind]?.results.flatMap(({ data }) => data?.[field] ?? []) ?? [];
  }

  /** The operations that have ended, or that have sent an error. */
  get failures(): readonly string[] {
    return Object.entries(this.operations)
      .filter(([, operation]) => operation.completed || operation.error !== null || hasErrors(operation))
      .map(([kind, { results, error }]) => `${kind}: ${JSON.stringify(error ?? results.find(({ errors }) => errors))}`);
  }

  stop(): void {
    for (const operation of Object.values(this.operations)) operation.stop();
  }
}

function hasErrors({ results }: Operation): boolean {
  return results.some(({ errors, extensions }) => {
    const isPartial = typeof extensions === 'object' && extensions !== null && 'errors' in extensions;
    return errors !== undefined || isPartial;
  });
}
