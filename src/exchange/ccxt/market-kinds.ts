import { marketKind } from '../../market/market-ref.ts';

/** The kinds of markets that exchanges keep apart: with hosts, listings and limits of their own. */
export const marketKinds = ['spot', 'linear', 'inverse', 'option'] as const;

export type MarketKind = (typeof marketKinds)[number];

/** The kind of market that a unified symbol names: `BTC/USDT`, `BTC/USDT:USDT`, `BTC/USD:BTC`, `BTC/USD:BTC-261225-90000-C`. */
export function kindOfSymbol(symbol: string): MarketKind {
  const [settlement, term] = marketKind(symbol).split(' ');
  if (term === 'option') return term;
  return marketKinds.find((kind) => kind === settlement) ?? 'spot';
}

const contracts = ['linear', 'inverse'] as const;

// What exchanges call their kinds in the addresses and parameters of their listings, as ccxt's fetchMarkets asks for them:
// fapi, dapi and eapi (Binance and those that copied it), mix and COIN-FUTURES (Bitget), cswap (BingX). The first that fits.
const words: readonly (readonly [RegExp, readonly MarketKind[]])[] = [
  [/option|eapi/i, ['option']],
  [/inverse|dapi|cswap|coin-futures/i, ['inverse']],
  [/linear|fapi|usd[tc]-futures/i, ['linear']],
  [/swap|future|perp|contract|delivery|derivative|\bmix\b/i, contracts],
  [/spot|sapi|margin/i, ['spot']],
];

/** The kinds of markets that words of a request name; null where they name none. */
export function kindsNamed(text: string): ReadonlySet<MarketKind> | null {
  const found = words.find(([word]) => word.test(text));
  return found ? new Set(found[1]) : null;
}

/** The kinds that one of ccxt's names of a type of market stands for: of `has` and of `options.fetchMarkets.types`. */
export function kindsOfType(type: string): readonly MarketKind[] {
  const own = marketKinds.find((kind) => kind === type);
  if (own) return [own];
  return /^(swap|future|contract)$/.test(type) ? contracts : [];
}
