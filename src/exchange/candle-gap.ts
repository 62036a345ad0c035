import type { CandleRange } from '../market/candle.ts';
import { lengthOf, periodAfter, periodsOf } from '../market/timeframe.ts';
import type { CandleGap } from './candle-memory.ts';
import type { ExchangeClient } from './client.ts';
import { actualTimeframe } from './rules.ts';

const none: CandleGap = { isLimit: false, emptyUntil: null };

/** No exchange is known to cap a call at fewer. */
const periodsLookedAt = 50;

/**
 * Looks into candles that are missing at the start of a range. For a range that it serves no more an exchange gives
 * nothing, or what it has from later, just as it does for one before the first trade. Candles of a longer timeframe go
 * further back: one that lies in the gap tells that there were trades. `first` is the first candle there is (epoch ms),
 * null of none. At most one call, and none where nothing is missing, as old candles
 * of the series have been seen, or the same was found out a while ago.
 */
export async function explainGap(
  client: ExchangeClient,
  range: CandleRange,
  first: number | null,
  now: number,
): Promise<CandleGap> {
  const { exchange, symbol, timeframe, since } = range;
  const { indexOf, startOf } = periodsOf(actualTimeframe(exchange, timeframe));
  const series = `${symbol}\n${timeframe}`;
  const reachMs = client.candles.reach.get(series) ?? 0;
  const end = Math.min(first ?? range.until, now);
  const isMissing = end > startOf(indexOf(since - 1) + 1);
  const longer = isMissing && now - since > reachMs ? longerTimeframe(client, timeframe, end - since) : null;
  const key = `${series}\n${first ?? since}\n${longer}`;
  const known = longer === null ? none : client.candles.gaps.get(key);
  const gap = known ?? (await lookAt(client, range, longer ?? timeframe, first, end));
  if (!known) client.candles.gaps.set(key, gap);
  if (!gap.isLimit && first !== null) client.candles.reach.set(series, Math.max(reachMs, now - first));
  return gap;
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

/** The longest timeframe of which a whole period lies within so many ms, wherever its periods begin; null without any. */
function longerTimeframe({ info }: ExchangeClient, timeframe: string, spanMs: number): string | null {
  const shortest = msOf(timeframe);
  const fitting = info.timeframes
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
