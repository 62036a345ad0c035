import type { Answer, StandInReply, StandInRequest } from '../../support/exchange/stand-in.ts';

const minuteMs = 60_000;

/** The candle lengths, in minutes, that KuCoin offers for its contracts: no 3 minutes, no 6 hours, no month. */
export const kucoinGranularities = [1, 5, 15, 30, 60, 120, 240, 480, 720, 1440, 10_080];

const maxRows = 200;

export interface KucoinOptions {
  /** Its clock, epoch ms. */
  readonly now: () => number;
  /** When its only contract, NEW/USDT:USDT, was listed, epoch ms. */
  readonly listedAt: number;
  /** Replaces the answer to a request for candles. */
  readonly candles?: (granularity: string, query: StandInRequest['query']) => StandInReply | undefined;
}

/** KuCoin's answers about its only contract: its candles from the start of the range on, at most 200. */
export function answerAsKucoin({ now, listedAt, candles }: KucoinOptions): Answer {
  const ok = (data: unknown): StandInReply => ({ json: { code: '200000', data } });
  const contract = {
    ...{ symbol: 'NEWUSDTM', rootSymbol: 'USDT', type: 'FFWCSX', baseCurrency: 'NEW', quoteCurrency: 'USDT' },
    ...{ settleCurrency: 'USDT', firstOpenDate: listedAt, expireDate: null, lotSize: 1, tickSize: 0.01, multiplier: 1 },
    ...{ isInverse: false, status: 'Open', maxOrderQty: 1_000_000, maxPrice: 1_000_000, nextFundingRateTime: 1000 },
  };
  return ({ path, query }) => {
    if (path.endsWith('/symbols') || path.endsWith('/currencies')) return ok([]);
    if (path.endsWith('/allTickers')) return ok({ time: now(), ticker: [] });
    if (path.endsWith('/contracts/active')) return ok([contract]);
    if (!path.endsWith('/kline/query')) return undefined;
    const { granularity = '' } = query;
    const other = candles?.(granularity, query);
    if (other) return other;
    if (!kucoinGranularities.includes(Number(granularity))) {
      return { status: 400, json: { code: '400100', msg: 'granularity: invalid parameter' } };
    }
    const periodMs = Number(granularity) * minuteMs;
    const since = Math.max(Number(query.from ?? 0), Math.floor(listedAt / periodMs) * periodMs);
    const until = Math.min(Number(query.to ?? now()), now());
    const rows: number[][] = [];
    for (
      let start = Math.ceil(since / periodMs) * periodMs;
      start <= until && rows.length < maxRows;
      start += periodMs
    ) {
      rows.push([start, 1, 2, 0.5, 1.5, 10]);
    }
    return ok(rows);
  };
}
