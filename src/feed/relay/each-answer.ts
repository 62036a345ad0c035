import type { Clock } from '../../base/clock.ts';
import { type MarketDataError, toMarketDataError } from '../../market/errors.ts';
import { type Fresh, ofUnknownFreshness } from '../../market/model/fresh.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';
import type { Topic } from '../topics/topic.ts';
import { latestOf, readTopic } from './topic-answer.ts';

type Results<V> = ReadonlyMap<string, Fresh<V> | MarketDataError>;

export interface EachAnswerOptions<T, V, R extends Reconciler<T, V>> {
  readonly symbols: readonly string[];
  readonly clock: Clock;
  readonly find: (symbol: string) => Topic<T, V, R> | undefined;
  /** Asks the exchange for what no topic knows. Never rejects. */
  readonly ask: (symbols: readonly string[]) => Promise<Results<V>>;
}

/** Answers a query for several markets: each from its topic, if that knows, and all others with one call. */
export async function eachAnswer<T, V, R extends Reconciler<T, V>>({
  symbols,
  clock,
  find,
  ask,
}: EachAnswerOptions<T, V, R>): Promise<Results<V>> {
  const results = new Map<string, Fresh<V> | MarketDataError>();
  const missing: string[] = [];
  const read = async (symbol: string): Promise<void> => {
    try {
      const known = await readTopic(find(symbol), clock, latestOf);
      if (known === null) missing.push(symbol);
      else results.set(symbol, ofUnknownFreshness(known));
    } catch (error) {
      results.set(symbol, toMarketDataError(error).withSymbol(symbol));
    }
  };
  await Promise.all(symbols.map(read));
  if (missing.length > 0) for (const [symbol, result] of await ask(missing)) results.set(symbol, result);
  return results;
}
