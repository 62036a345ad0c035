import type { Answer, StandInReply, StandInRequest } from '../../support/exchange/stand-in.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** The lengths of OKX's bars, in ms, without months. */
export const okxBars: Readonly<Record<string, number>> = {
  '1m': minuteMs,
  '5m': 5 * minuteMs,
  '1H': hourMs,
  '4H': 4 * hourMs,
  '1Dutc': dayMs,
  '1Wutc': 7 * dayMs,
};

/** 1970-01-05: weeks begin on Mondays. */
const firstMonday = 4 * dayMs;

const maxRows = 300;

export interface OkxOptions {
  /** Its clock, epoch ms. */
  readonly now: () => number;
  /** The bars that it accepts; it refuses all others. */
  readonly bars: Readonly<Record<string, number>>;
  /** Replaces the answer to a request for candles. */
  readonly candles?: (bar: string, query: StandInRequest['query']) => StandInReply | undefined;
}

/** OKX's answers about its two spot markets: their newest candles before `after`, newest first, without a start. */
export function answerAsOkx({ now, bars, candles }: OkxOptions): Answer {
  const ok = (data: unknown): StandInReply => ({ json: { code: '0', msg: '', data } });
  const spot = (base: string) => ({
    ...{ instType: 'SPOT', instId: `${base}-USDT`, baseCcy: base, quoteCcy: 'USDT', state: 'live' },
    ...{ tickSz: '0.1', lotSz: '0.001', minSz: '0.001', expTime: '' },
  });
  return ({ path, query }) => {
    if (path.endsWith('/public/instruments')) return ok(query.instType === 'SPOT' ? [spot('BTC'), spot('ETH')] : []);
    if (!path.endsWith('andles')) return undefined;
    const { bar = '' } = query;
    const other = candles?.(bar, query);
    if (other) return other;
    const ms = bars[bar];
    if (ms === undefined) return { json: { code: '51000', msg: 'Parameter bar error', data: [] } };
    const origin = ms === 7 * dayMs ? firstMonday : 0;
    const until = Math.min(Number(query.after ?? Number.POSITIVE_INFINITY) - 1, now());
    const since = Number(query.before ?? -1) + 1;
    const rows: string[][] = [];
    let start = origin + Math.floor((until - origin) / ms) * ms;
    for (; start >= since && rows.length < Math.min(Number(query.limit ?? 100), maxRows); start -= ms) {
      rows.push([String(start), '1', '2', '0.5', '1.5', '10', '10', '10', start + ms <= now() ? '1' : '0']);
    }
    return ok(rows);
  };
}
