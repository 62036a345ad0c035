import type { CandleSeries } from '../market/candle.ts';
import { lengthOf, periodAfter } from '../market/timeframe.ts';
import type { ExchangeClient } from './client.ts';

/** No exchange is known to cap a call at fewer. */
const periodsLookedAt = 50;

/**
 * True when the exchange has nothing for a range because it goes not back so far, and false when there was nothing:
 * asked for a range that it serves no more, an exchange answers with the candles it has from later, just as it does for
 * one before the first trade. Candles of a longer timeframe go further back: one that lies between tells that there were
 * trades. One call for each `next`, the first candle of the answer (epoch ms).
 */
export async function isHistoryLimit(
  client: ExchangeClient,
  range: CandleSeries & { readonly since: number },
  next: number,
): Promise<boolean> {
  const { symbol, timeframe } = range;
  const since = Math.max(0, range.since);
  const key = `${symbol}\n${timeframe}\n${next}`;
  const known = client.historyLimits.get(key);
  if (known !== undefined) return known;
  const longer = longerTimeframe(client.info.timeframes, timeframe, next - since);
  if (longer === null) return false;
  const from = Math.max(since, periodAfter(longer, next, -periodsLookedAt));
  const subject = { symbol, timeframe };
  const rows = await client.call((ccxt) => ccxt.fetchOHLCV(symbol, longer, from, periodsLookedAt), subject);
  const isLimit = rows.some((row) => {
    const [start, , , , , volume] = row;
    if (typeof start !== 'number' || !volume) return false;
    return start >= since && periodAfter(longer, start) <= next;
  });
  client.historyLimits.set(key, isLimit);
  return isLimit;
}

/** The longest timeframe of which a whole period lies within so many ms, wherever its periods begin; null without any. */
function longerTimeframe(offered: readonly string[], timeframe: string, spanMs: number): string | null {
  const shortest = msOf(timeframe);
  const fitting = offered
    .map((candidate) => ({ candidate, ms: msOf(candidate) }))
    .filter(({ ms }) => ms > shortest && 2 * ms <= spanMs)
    .sort((a, b) => b.ms - a.ms);
  return fitting[0]?.candidate ?? null;
}

const longestMonthMs = 31 * 86_400_000;

function msOf(timeframe: string): number {
  const length = lengthOf(timeframe);
  return 'ms' in length ? length.ms : length.months * longestMonthMs;
}
