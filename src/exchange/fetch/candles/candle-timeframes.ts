import type { MarketInterface } from 'ccxt';
import { MarketDataError } from '../../../market/errors.ts';
import type { CandleSeries } from '../../../market/model/candle.ts';
import { lengthOf } from '../../../market/timeframe.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { isRequestRefusal } from '../../learned/with-limit.ts';
import { listedTimeframes } from './market-timeframes.ts';

/** How many candles are requested to find out whether a timeframe is accepted. */
const probedPeriods = 3;

/** How many shorter timeframes are tried before a refusal is assumed to have another reason. */
const maxProbes = 3;

/**
 * The timeframes that the exchange itself offers for a market: those that ccxt lists for its kind, without those that
 * the exchange has refused recently.
 */
export function timeframesOf(client: ExchangeClient, market: MarketInterface): readonly string[] {
  const { refusedTimeframes } = client.candles;
  const listed = listedTimeframes(client.ccxt, market) ?? client.info.timeframes;
  return listed.filter((timeframe) => !refusedTimeframes.has(toKey(market, timeframe)));
}

/**
 * Throws TIMEFRAME_NOT_SUPPORTED, with the timeframes there are, unless the exchange offers the timeframe for the
 * market.
 */
export function requireTimeframe(client: ExchangeClient, market: MarketInterface, series: CandleSeries): void {
  const timeframes = timeframesOf(client, market);
  if (!timeframes.includes(series.timeframe)) throw notSupported(series, timeframes);
}

/** The exchange has served candles of the timeframe: for a while, no refusal is attributed to it. */
export function markAccepted(client: ExchangeClient, market: MarketInterface, timeframe: string): void {
  client.candles.acceptedTimeframes.set(toKey(market, timeframe), true);
}

/**
 * Explains the failure of a call for candles: TIMEFRAME_NOT_SUPPORTED if the exchange refused the timeframe for this
 * kind of market, which ccxt may not know; otherwise the error itself. Exchanges seldom say what they refuse. So a few
 * of the newest candles of this market are requested, first of this timeframe and then of a shorter one: if the
 * exchange refuses the first and accepts the second, the timeframe was the reason. Nothing is learned from any other
 * kind of failure.
 */
export async function explainRefusal(
  client: ExchangeClient,
  market: MarketInterface,
  series: CandleSeries,
  error: unknown,
  now: number,
): Promise<unknown> {
  const { acceptedTimeframes, refusedTimeframes, otherRefusals } = client.candles;
  const key = toKey(market, series.timeframe);
  const ofSymbol = `${series.symbol}\n${series.timeframe}`;
  if (!isRequestRefusal(error) || acceptedTimeframes.has(key) || otherRefusals.has(ofSymbol)) return error;
  const first = await probe(client, series, series.timeframe, now);
  if (first === 'accepted') markAccepted(client, market, series.timeframe);
  if (first === 'refused' && (await acceptsShorter(client, market, series, now))) {
    refusedTimeframes.set(key, true);
    return notSupported(series, timeframesOf(client, market));
  }
  otherRefusals.set(ofSymbol, true);
  return error;
}

/** True when the exchange accepts a shorter timeframe for the same market. */
async function acceptsShorter(
  client: ExchangeClient,
  market: MarketInterface,
  series: CandleSeries,
  now: number,
): Promise<boolean> {
  const { acceptedTimeframes } = client.candles;
  const isKnown = (timeframe: string): number => (acceptedTimeframes.has(toKey(market, timeframe)) ? 1 : 0);
  const lengthMs = toMs(series.timeframe);
  const shorter = timeframesOf(client, market)
    .filter((timeframe) => toMs(timeframe) < lengthMs)
    .sort((a, b) => isKnown(b) - isKnown(a) || toMs(b) - toMs(a));
  for (const timeframe of shorter.slice(0, maxProbes)) {
    const outcome = await probe(client, series, timeframe, now);
    if (outcome === 'accepted') markAccepted(client, market, timeframe);
    if (outcome !== 'refused') return outcome === 'accepted';
  }
  return false;
}

async function probe(
  client: ExchangeClient,
  { symbol }: CandleSeries,
  timeframe: string,
  now: number,
): Promise<'accepted' | 'refused' | 'failed'> {
  const since = now - probedPeriods * toMs(timeframe);
  try {
    await client.call((ccxt) => ccxt.fetchOHLCV(symbol, timeframe, since, probedPeriods), { symbol, timeframe });
    return 'accepted';
  } catch (error) {
    return isRequestRefusal(error) ? 'refused' : 'failed';
  }
}

function notSupported(series: CandleSeries, timeframes: readonly string[]): MarketDataError {
  const { exchange, symbol, timeframe } = series;
  const message = `${exchange} has no ${timeframe} candles for ${symbol}, and they cannot be built from the timeframes that it has: ${timeframes.join(', ')}.`;
  return new MarketDataError('TIMEFRAME_NOT_SUPPORTED', message, { ...series, suggestions: timeframes });
}

const monthMs = 31 * 86_400_000;

/** The length of its longest period, in ms. */
export function toMs(timeframe: string): number {
  const length = lengthOf(timeframe);
  return 'ms' in length ? length.ms : length.months * monthMs;
}

/** Each kind of market has its own candles. */
function toKey({ type, subType }: MarketInterface, timeframe: string): string {
  return [type, subType, timeframe].join('\n');
}
