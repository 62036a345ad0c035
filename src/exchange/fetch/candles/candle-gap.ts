import { MarketDataError } from '../../../market/errors.ts';
import type { CandleRange } from '../../../market/model/candle.ts';
import { candlesInDoubt } from '../../../market/model/candle-errors.ts';
import { periodAfter, periodsOf } from '../../../market/timeframe.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import type { CandleGap } from '../../learned/candle-memory.ts';
import { actualTimeframe } from '../../quirks/rest-quirks.ts';
import { timeframesOf, toMs } from './candle-timeframes.ts';

const none: CandleGap = { isLimit: false, emptyUntil: null };

/** How many periods one call requests. No exchange is known to return fewer candles per call. */
const periodsLookedAt = 50;

/** How many longer timeframes are tried if the exchange does not answer for one of them. */
const maxTried = 3;

/** How long an exchange that could not explain missing candles is not asked again, in ms. */
const failedMs = 60_000;

/** After these errors, another timeframe is not tried either. */
const failuresOfAll: ReadonlySet<string> = new Set(['TIMEOUT', 'RATE_LIMITED', 'GEO_BLOCKED', 'OVERLOADED']);

/**
 * Finds out why candles are missing at the start of a range. For a range before its history, an exchange returns
 * nothing or later candles, just as for a range before the first trade. Candles of a longer timeframe reach further
 * back: if one of them lies in the gap, there were trades.
 * `first` is the time of the first candle (epoch ms), or null if there is none. This takes one call; more if the
 * exchange refuses that timeframe; none if nothing is missing, if candles that old have been served before, or if the
 * answer is already known. Never rejects: if all calls fail, the candles are returned as they are, and a retryable
 * failure becomes a `doubt`.
 */
export async function explainGap(
  client: ExchangeClient,
  range: CandleRange,
  first: number | null,
  now: number,
): Promise<CandleGap> {
  const { exchange, symbol, timeframe, since } = range;
  const { gaps, reach } = client.candles;
  const { indexOf, startOf } = periodsOf(actualTimeframe(exchange, timeframe));
  const series = `${symbol}\n${timeframe}`;
  const reachMs = reach.get(series) ?? 0;
  const end = Math.min(first ?? range.until, now);
  const isMissing = end > startOf(indexOf(since - 1) + 1);
  const longer = isMissing && now - since > reachMs ? longerTimeframes(client, range, end - since) : [];
  const key = `${series}\n${first ?? since}\n${longer[0]}`;
  const known = longer.length === 0 ? none : (gaps.get(key) ?? gaps.get(series));
  if (known) return markReach(client, series, known, first, now);
  try {
    const gap = await lookAtLonger(client, range, longer, first, end);
    gaps.set(key, gap);
    return markReach(client, series, gap, first, now);
  } catch (error) {
    const isDoubt = error instanceof MarketDataError && error.retryable;
    const gap: CandleGap = isDoubt ? { ...none, doubt: candlesInDoubt(error) } : none;
    // The exchange is not asked about other ranges of the series either.
    gaps.set(series, gap, { ttl: failedMs });
    return gap;
  }
}

/** Returns the gap. If it is not a limit, remembers that candles of this age have been served. */
function markReach(
  { candles }: ExchangeClient,
  series: string,
  gap: CandleGap,
  first: number | null,
  now: number,
): CandleGap {
  if (!gap.isLimit && !gap.doubt && first !== null) {
    candles.reach.set(series, Math.max(candles.reach.get(series) ?? 0, now - first));
  }
  return gap;
}

/** The answer for the first of the longer timeframes that the exchange has; rejects if it answers for none of them. */
async function lookAtLonger(
  client: ExchangeClient,
  range: CandleRange,
  longer: readonly string[],
  first: number | null,
  end: number,
): Promise<CandleGap> {
  let failure: unknown;
  for (const timeframe of longer.slice(0, maxTried)) {
    try {
      return await lookAt(client, range, timeframe, first, end);
    } catch (error) {
      failure = error;
      if (error instanceof MarketDataError && failuresOfAll.has(error.code)) break;
    }
  }
  throw failure;
}

async function lookAt(
  client: ExchangeClient,
  range: CandleRange,
  longer: string,
  first: number | null,
  end: number,
): Promise<CandleGap> {
  const { symbol, timeframe, since } = range;
  // If there is a first candle, look at what is closest to it; if not, find out when there may be one.
  const from = first === null ? since : Math.max(since, periodAfter(longer, end, -periodsLookedAt));
  const subject = { symbol, timeframe };
  const rows = await client.call((ccxt) => ccxt.fetchOHLCV(symbol, longer, from, periodsLookedAt), subject);
  const starts = rows.flatMap((row) => {
    const [start, , , , , volume] = row;
    return typeof start === 'number' && start >= since && volume && volume > 0 ? [start] : [];
  });
  if (starts.some((start) => periodAfter(longer, start) <= end)) return { isLimit: true, emptyUntil: null };
  return { isLimit: false, emptyUntil: Math.min(...starts, periodAfter(longer, from, periodsLookedAt)) };
}

/** The timeframes with a whole period within `spanMs`, wherever their periods begin; the longest first. */
function longerTimeframes(
  client: ExchangeClient,
  { symbol, timeframe }: CandleRange,
  spanMs: number,
): readonly string[] {
  const shortest = toMs(timeframe);
  return timeframesOf(client, client.ccxt.market(symbol))
    .filter((candidate) => toMs(candidate) > shortest && 2 * toMs(candidate) <= spanMs)
    .sort((a, b) => toMs(b) - toMs(a));
}
