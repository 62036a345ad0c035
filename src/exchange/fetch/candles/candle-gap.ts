import { MarketDataError } from '../../../market/errors.ts';
import type { CandleRange } from '../../../market/model/candle.ts';
import { candlesInDoubt } from '../../../market/model/candle-errors.ts';
import { periodAfter, periodsOf } from '../../../market/timeframe.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import type { CandleGap } from '../../learned/candle-memory.ts';
import { actualTimeframe } from '../../quirks/rest-quirks.ts';
import { timeframesOf, toMs } from './candle-timeframes.ts';

const none: CandleGap = { isLimit: false, emptyUntil: null };

/** No exchange is known to cap a call at fewer. */
const periodsLookedAt = 50;

/** How many longer timeframes are tried, where the exchange fails to answer for one. */
const maxTried = 3;

/** How long an exchange is not asked again that could not say why candles are missing, in ms. */
const failedMs = 60_000;

/** After these the exchange is not asked for another timeframe either. */
const failuresOfAll: ReadonlySet<string> = new Set(['TIMEOUT', 'RATE_LIMITED', 'GEO_BLOCKED', 'OVERLOADED']);

/**
 * Looks into candles that are missing at the start of a range. For a range that it serves no more an exchange gives
 * nothing, or what it has from later, just as it does for one before the first trade. Candles of a longer timeframe go
 * further back: one that lies in the gap tells that there were trades. `first` is the first candle there is (epoch ms),
 * null of none. One call, some more where the exchange refuses that timeframe, and none where nothing is missing, as old
 * candles of the series have been seen, or the same was found out a while ago. Never rejects: where no call succeeds,
 * candles in hand stand as they are, and a failure after which asking again may tell is a doubt.
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
    // Nor is it asked about other ranges of the series.
    gaps.set(series, gap, { ttl: failedMs });
    return gap;
  }
}

/** What has been found out, and that candles so old have been seen where it is no limit. */
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

/** What the first of the longer timeframes tells that the exchange answers for; rejects where it answers for none. */
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
  // Where there is a candle, what is nearest to it; where there is none, when there may be one.
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

/** The timeframes of which a whole period lies within so many ms, wherever its periods begin, the longest first. */
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
