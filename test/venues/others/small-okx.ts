import type { ExchangeConfig, Route, VenueRequest } from '../venue.ts';

type Query = VenueRequest['query'];

/** The answers of a small OKX about one market, in the exchange's own format. */
export interface OkxAnswers {
  book?: (query: Query) => { readonly bids: readonly OkxLevel[]; readonly asks: readonly OkxLevel[] };
  trades?: (query: Query) => readonly unknown[];
  ticker?: (query: Query) => object;
}

/** Price, amount, an old field that is always 0, and the number of orders. */
export type OkxLevel = readonly [string, string, string, string];

export function okxLevel(price: number | string, amount: number | string): OkxLevel {
  return [String(price), String(amount), '0', '1'];
}

const common = { lotSz: '0.00000001', minSz: '0.00001', tickSz: '0.1', state: 'live', listTime: '1548133413000' };
const contract = {
  ...common,
  baseCcy: '',
  quoteCcy: '',
  lotSz: '1',
  minSz: '1',
  ctMult: '1',
  lever: '100',
  expTime: '',
};

const instruments: Readonly<Record<string, readonly object[]>> = {
  SPOT: [
    {
      ...common,
      instType: 'SPOT',
      instId: 'BTC-USDT',
      baseCcy: 'BTC',
      quoteCcy: 'USDT',
      settleCcy: '',
      uly: '',
      ctVal: '',
    },
  ],
  SWAP: [
    { ...contract, ...toSwap('BTC-USD', 'BTC', 'inverse', '100') },
    { ...contract, ...toSwap('BTC-USDT', 'USDT', 'linear', '0.01') },
  ],
  FUTURES: [],
  OPTION: [],
};

function toSwap(uly: string, settleCcy: string, ctType: string, ctVal: string): object {
  return { instType: 'SWAP', instId: `${uly}-SWAP`, uly, instFamily: uly, settleCcy, ctType, ctVal };
}

/**
 * The routes of a small stand-in for OKX: BTC/USDT, BTC/USD:BTC (100 USD per contract) and BTC/USDT:USDT (0.01 BTC).
 */
export function okxRoutes(answers: OkxAnswers): readonly Route[] {
  const succeed = (data: readonly unknown[]) => ({ body: { code: '0', msg: '', data } });
  const at = (path: string, answer: (query: Query, now: number) => readonly unknown[]): Route => ({
    path: new RegExp(`/api/v5/${path}`),
    answer: (query, model) => succeed(answer(query, model.now)),
  });
  return [
    at('public/instruments', ({ instType = '' }) => instruments[instType] ?? []),
    at('market/books', (query, now) => (answers.book ? [{ ...answers.book(query), ts: String(now) }] : [])),
    at('market/trades', (query) => answers.trades?.(query) ?? []),
    at('market/ticker', (query, now) =>
      answers.ticker ? [{ instType: 'SWAP', instId: query.instId, ts: String(now), ...answers.ticker(query) }] : [],
    ),
  ];
}

export function okxConfig(url: string): ExchangeConfig {
  return { urls: { api: { rest: url, ws: url.replace('http', 'ws') } } };
}
