import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Markets } from '../../market/model/market.ts';
import type { MarketData } from '../../market/ports/market-data.ts';

/** How long an operation over several exchanges waits for the list of markets of each, in ms. */
export const listWaitMs = 3000;

export interface ListMarketsOptions {
  readonly marketData: Pick<MarketData, 'fetchMarkets'>;
  readonly clock: Clock;
}

/**
 * The markets of one of several exchanges. Rejects if it fails or does not answer within `timeoutMs`. The operation then
 * goes on without the list, so that the other exchanges neither wait nor fail.
 */
export async function listMarkets(
  { marketData, clock }: ListMarketsOptions,
  exchange: string,
  timeoutMs: number,
): Promise<Markets> {
  const toTimeout = () => new MarketDataError('TIMEOUT', `${exchange} did not list its markets in time.`, { exchange });
  return (await withDeadline(clock, timeoutMs, marketData.fetchMarkets(exchange), toTimeout)).value;
}
