import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Markets } from '../../market/model/market.ts';
import type { MarketData } from '../../market/ports/market-data.ts';

/** How long an operation over several exchanges waits for the list of markets of each, in ms. */
const listWaitMs = 3000;

/**
 * The markets of one of several exchanges. Null if it fails or does not answer soon: then the operation goes on without
 * the list, so that the other exchanges neither wait nor fail.
 */
export async function listMarkets(
  marketData: Pick<MarketData, 'fetchMarkets'>,
  exchange: string,
  clock: Clock,
): Promise<Markets | null> {
  const toTimeout = () => new MarketDataError('TIMEOUT', `${exchange} did not list its markets in time.`, { exchange });
  try {
    return (await withDeadline(clock, listWaitMs, marketData.fetchMarkets(exchange), toTimeout)).value;
  } catch (error) {
    if (error instanceof MarketDataError) return null;
    throw error;
  }
}
