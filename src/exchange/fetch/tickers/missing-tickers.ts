import type { MarketInterface } from 'ccxt';
import { MarketDataError } from '../../../market/errors.ts';
import { byUnderlying, isSmall, mixesUnderlyings, paysAsBatch, splitBatch, toBatches } from './batch-shape.ts';
import { isUnreadable, missingTickerError } from './ticker-calls.ts';
import type { TickerRound } from './ticker-round.ts';

type Markets = readonly MarketInterface[];

/**
 * Markets that batches left out are requested alone, this many in parallel. If none of them is answered, the remaining
 * ones are not requested.
 */
const aloneConcurrency = 5;

/**
 * Requests tickers again that batches left out without an error. It first requests them in new batches, as long as
 * these return any tickers: some exchanges answer only for the underlying of the first symbol, or for a limited number
 * of symbols. Then it requests the rest alone. A market that is not answered alone either is not requested alone again
 * for a while, but stays in batches. `broughtAny` is false when the first batches returned nothing at all.
 */
export async function refetchMissing(
  round: TickerRound,
  kind: string,
  missing: Markets,
  broughtAny: boolean,
): Promise<void> {
  const { client } = round;
  const unknown: MarketInterface[] = [];
  for (const market of missing) {
    const known = client.batchLimits.missingErrorOf(market.symbol);
    round.set(market.symbol, known ?? missingTickerError(client, market.symbol));
    if (!known) unknown.push(market);
  }
  const { rest, isRepeated } = await fetchTogether(round, kind, unknown, broughtAny);
  for (let done = 0; done < rest.length; done += aloneConcurrency) {
    const outcomes = await Promise.all(
      rest.slice(done, done + aloneConcurrency).map((market) => fetchAlone(round, market, isRepeated)),
    );
    if (!outcomes.includes(true)) return;
  }
}

/**
 * Requests markets in new batches, and returns the rest that these left out. `isRepeated` is true if batches of another
 * shape returned none of the rest either.
 */
async function fetchTogether(
  round: TickerRound,
  kind: string,
  markets: Markets,
  broughtAny: boolean,
): Promise<{ readonly rest: Markets; readonly isRepeated: boolean }> {
  const { client } = round;
  let rest = markets;
  let hasWorked = broughtAny;
  while (rest.length > 1) {
    if (!hasWorked && !mixesUnderlyings(rest) && isSmall(rest)) return { rest, isRepeated: true };
    const batches = reshaped(rest, hasWorked).flatMap((part) => toBatches(client, kind, part));
    const found = new Set<string>();
    for (const batch of batches) {
      if (!paysAsBatch(client, batch)) continue;
      const answer = await round.fetchTogether(batch);
      if (answer === null) return { rest: [], isRepeated: false };
      if (answer.kind === 'answered') for (const symbol of answer.outcomes.keys()) found.add(symbol);
    }
    if (found.size === 0) return { rest, isRepeated: true };
    rest = rest.filter(({ symbol }) => !found.has(symbol));
    hasWorked = true;
  }
  return { rest, isRepeated: false };
}

/** Batches of a different shape than the one that left these markets out. */
function reshaped(markets: Markets, hasWorked: boolean): readonly Markets[] {
  if (mixesUnderlyings(markets)) return byUnderlying(markets);
  // The same batch would again return nothing.
  return hasWorked ? [markets] : splitBatch(markets, 0).slice(0, 1);
}

/** True when the market was answered. */
async function fetchAlone(round: TickerRound, market: MarketInterface, isRepeated: boolean): Promise<boolean> {
  const { batchLimits } = round.client;
  const outcome = await round.fetchAlone(market);
  if (outcome === null) return false;
  if (outcome instanceof MarketDataError) {
    if (!isUnreadable(round.client, outcome)) batchLimits.learnMissing(market.symbol, outcome);
    return false;
  }
  if (isRepeated) batchLimits.learnAlone(market.symbol, 'answered');
  return true;
}
