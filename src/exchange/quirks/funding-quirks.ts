import type { FundingRate as CcxtFundingRate, FundingRateHistory, MarketInterface } from 'ccxt';
import { marketKind } from '../../market/market-ref.ts';

// How exchanges differ in funding rates, where ccxt does not know it. Each entry names its source.

/** ccxt's funding rate before its values are checked. */
export type RawFundingRate = Readonly<Partial<Record<keyof CcxtFundingRate, unknown>>>;

/** The fields that differ. */
type Correction = (rate: CcxtFundingRate, symbol: string) => RawFundingRate;

/** The rate that is paid next is where ccxt puts the one after it. */
const nextIsCurrent: Correction = ({ nextFundingRate }) => ({
  fundingRate: nextFundingRate,
  nextFundingRate: undefined,
});

/** `nextFundingTimestamp` is when another length of the interval begins, not a payment. */
const noNextTime: Correction = () => ({ nextFundingTimestamp: undefined });

/**
 * A ticker has the interval in `fundingIntervalHour`, which follows a change at once. parseFundingRate of its file in ccxt
 * takes the interval of the list of markets (bybit-exchange.github.io/docs/v5/market/tickers).
 */
const intervalOfTicker: Correction = ({ interval, info }) => {
  const hours = info?.fundingIntervalHour;
  return { interval: hours ? `${hours}h` : interval };
};

/** `ts` is the exchange's time, which ccxt leaves out (okx.com/docs-v5, "Get funding rate"). */
const timeOfAnswer: Correction = ({ info }) => ({ timestamp: info?.ts ? Number(info.ts) : undefined });

/**
 * - bitFlyer: `current_funding_rate` is paid at `next_funding_rate_settledate` (lightning.bitflyer.com/docs, "Funding
 *   Rate"); parseFundingRate of its file in ccxt calls it the next rate, and gives no current one.
 * - Hibachi: its answer has no time; fetchFundingRate of its file in ccxt fills in the local clock.
 * - Kraken Futures: rates of tickers are absolute, in the currency that is paid per contract. One inverse contract is 1
 *   USD and pays in base currency, so the relative rate is the absolute one times the price
 *   (support.kraken.com/articles/360022835911). parseFundingRate of its file in ccxt divides by the price, which is right
 *   for linear contracts only. `lastTime` is the time of the last trade.
 * - KuCoin: `newGranularityStartTime` (parseFundingRate of its file in ccxt).
 * - Pacifica: `funding` was paid in the past hour, `next_funding` is paid at the end of this one
 *   (docs.pacifica.fi/api-documentation, "Get prices").
 * - WEEX: `time` is when the answer was made (parseFundingRate of its file in ccxt).
 */
const corrections: Readonly<Record<string, Correction>> = {
  bitflyer: nextIsCurrent,
  bybit: intervalOfTicker,
  bybiteu: intervalOfTicker,
  bybitid: intervalOfTicker,
  hibachi: () => ({ timestamp: undefined }),
  krakenfutures: ({ markPrice, info }, symbol) => ({
    ...(marketKind(symbol) === 'inverse'
      ? {
          fundingRate: toProduct(info?.fundingRate, markPrice),
          nextFundingRate: toProduct(info?.fundingRatePrediction, markPrice),
        }
      : {}),
    timestamp: undefined,
  }),
  kucoin: noNextTime,
  kucoinfutures: noNextTime,
  myokx: timeOfAnswer,
  okx: timeOfAnswer,
  okxus: timeOfAnswer,
  pacifica: nextIsCurrent,
  weex: () => ({ fundingTimestamp: undefined }),
};

function toProduct(value: unknown, price: number | undefined): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && price ? number * price : undefined;
}

/** ccxt's funding rate of a market, with its fields in the meaning that ccxt documents. */
export function correctFundingRate(exchange: string, symbol: string, rate: CcxtFundingRate): RawFundingRate {
  const correct = Object.hasOwn(corrections, exchange) ? corrections[exchange] : undefined;
  return correct ? { ...rate, ...correct(rate, symbol) } : rate;
}

/**
 * Where the rate of a payment is, if not in ccxt's `fundingRate`. Deribit: a row of its history stands for one hour, in
 * which `interest_1h` was paid; parseFundingRate of its file in ccxt takes `interest_8h`, the funding of the last eight
 * hours (docs.deribit.com, public/get_funding_rate_history).
 */
const paidRateFields: Readonly<Record<string, string>> = { deribit: 'interest_1h' };

/** The rate of a payment in ccxt's history. */
export function paidRate(exchange: string, { fundingRate, info }: FundingRateHistory): unknown {
  const field = paidRateFields[exchange];
  return field === undefined ? fundingRate : info?.[field];
}

const hourMs = 3_600_000;

/**
 * The length of the interval of markets that the exchange's list of intervals does not contain, in ms; null if that is
 * unknown. Binance lists the markets whose interval was changed (developers.binance.com, "Get Funding Rate Info"); all
 * others pay every eight hours (binance.com/en/support/faq, "Introduction to Binance Futures Funding Rates").
 */
export function unlistedInterval(exchange: string): number | null {
  return unlistedIntervals[exchange] ?? null;
}

const unlistedIntervals: Readonly<Record<string, number>> = {
  binance: 8 * hourMs,
  binancecoinm: 8 * hourMs,
  binanceusdm: 8 * hourMs,
};

type BatchParams = Readonly<Record<string, string>>;

const ofSubType = ({ subType }: Pick<MarketInterface, 'subType'>): BatchParams => (subType ? { subType } : {});

/**
 * - Binance: fetchFundingRates of its file in ccxt does not look at the symbols, and asks for linear ones.
 * - Bitget: fetchFundingRates of its file in ccxt takes tickers, which have neither the interval nor the next payment;
 *   the endpoint of fetchFundingRate has both for all markets (bitget.com/api-doc, "Get Current Funding Rate").
 */
const batchParams: Readonly<Record<string, typeof ofSubType>> = {
  binance: ofSubType,
  binancecoinm: ofSubType,
  binanceusdm: ofSubType,
  bitget: () => ({ method: 'publicMixGetV2MixMarketCurrentFundRate' }),
};

/** ccxt's parameters of a call for the funding rates, or for the intervals, of markets of one kind. */
export function fundingBatchParams(exchange: string, market: Pick<MarketInterface, 'subType'>): BatchParams {
  return batchParams[exchange]?.(market) ?? {};
}

/**
 * How many funding rates one call may ask for. CoinEx: at most ten markets (docs.coinex.com/api/v2, "Get Market Funding
 * Rate"). Others send those of all markets, or take as many as fit.
 */
const maxBatchSizes: Readonly<Record<string, number>> = { coinex: 10 };

export function maxFundingBatch(exchange: string): number {
  return maxBatchSizes[exchange] ?? Number.POSITIVE_INFINITY;
}

/**
 * The number of markets from which one call for all is cheaper than a call for each, if not two. Binance: all have a
 * weight of 10, one has 1 (developers.binance.com, "Mark Price"). Aster copied it.
 */
const batchesPayFrom: Readonly<Record<string, number>> = { aster: 10, binance: 10, binancecoinm: 10, binanceusdm: 10 };

export function fundingBatchPaysFrom(exchange: string): number {
  return batchesPayFrom[exchange] ?? 2;
}

/**
 * True for a contract that pays funding. OKX: futures of the rule type `xperp` do, although they have a date
 * (fetchFundingRate of its file in ccxt).
 */
export function paysFunding({ swap, info }: Pick<MarketInterface, 'swap' | 'info'>): boolean {
  return swap === true || info?.ruleType === 'xperp';
}

const okxReachMs = 90 * 24 * hourMs;

/** How far back paid funding reaches, in ms. OKX: three months (okx.com/docs-v5, "Get funding rate history"). */
const reach: Readonly<Record<string, number>> = { myokx: okxReachMs, okx: okxReachMs, okxus: okxReachMs };

/** How far back paid funding reaches, in ms; null if no limit is known. */
export function fundingReach(exchange: string): number | null {
  return reach[exchange] ?? null;
}

/**
 * How many payments one call may ask for, where more are refused. Bybit: 200
 * (bybit-exchange.github.io/docs/v5/market/history-fund-rate, limit).
 */
const pageSizes: Readonly<Record<string, number>> = { bybit: 200, bybiteu: 200, bybitid: 200 };

/** How many payments one call may ask for; null if no limit is known. */
export function fundingPageSize(exchange: string): number | null {
  return pageSizes[exchange] ?? null;
}

/**
 * The parameter that ends a range of paid funding, where ccxt does not convert its own `until`. OKX: `after` asks for
 * what is earlier than it (okx.com/docs-v5, "Get funding rate history").
 */
const untilParameters: Readonly<Record<string, string>> = { myokx: 'after', okx: 'after', okxus: 'after' };

/** ccxt's parameter that ends a range of paid funding. */
export function fundingUntilParameter(exchange: string): string {
  return untilParameters[exchange] ?? 'until';
}

/**
 * Exchanges that always send all that was ever paid. Kraken Futures: "Historical funding rates" takes nothing but the
 * symbol (docs.kraken.com/api, derivatives).
 */
const wholeHistories: ReadonlySet<string> = new Set(['krakenfutures']);

/** True if an answer holds all funding that was ever paid, as far as ccxt does not cut it. */
export function sendsAllFunding(exchange: string): boolean {
  return wholeHistories.has(exchange);
}
