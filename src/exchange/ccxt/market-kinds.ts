import { marketKind } from '../../market/market-ref.ts';

/** The kinds of market that exchanges separate. Each can have its own hosts, lists and limits. */
export const marketKinds = ['spot', 'linear', 'inverse', 'option'] as const;

export type MarketKind = (typeof marketKinds)[number];

/** The kind of market that a unified symbol names: `BTC/USDT`, `BTC/USDT:USDT`, `BTC/USD:BTC`, `BTC/USD:BTC-261225-90000-C`. */
export function kindOfSymbol(symbol: string): MarketKind {
  const [settlement, term] = marketKind(symbol).split(' ');
  if (term === 'option') return term;
  return marketKinds.find((kind) => kind === settlement) ?? 'spot';
}

const contracts = ['linear', 'inverse'] as const;

// What exchanges call their kinds in the paths and parameters of their market lists, as ccxt's fetchMarkets requests
// them: fapi, dapi and eapi (Binance and exchanges that copied it), mix and COIN-FUTURES (Bitget), cswap (BingX). The
// first match counts.
const words: readonly (readonly [RegExp, readonly MarketKind[]])[] = [
  [/option|eapi/i, ['option']],
  [/inverse|dapi|cswap|coin-futures/i, ['inverse']],
  [/linear|fapi|usd[tc]-futures/i, ['linear']],
  [/swap|future|perp|contract|delivery|derivative|\bmix\b/i, contracts],
  [/spot|sapi|margin/i, ['spot']],
];

/** The kinds of market that the words of a request name; null if they name none. */
export function kindsNamed(text: string): ReadonlySet<MarketKind> | null {
  const found = words.find(([word]) => word.test(text));
  return found ? new Set(found[1]) : null;
}

/** The kinds that one of ccxt's market types stands for, as in `has` and `options.fetchMarkets.types`. */
export function kindsOfType(type: string): readonly MarketKind[] {
  const own = marketKinds.find((kind) => kind === type);
  if (own) return [own];
  return /^(swap|future|contract)$/.test(type) ? contracts : [];
}
