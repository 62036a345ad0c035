import type { MarketInterface } from 'ccxt';

/** The unit of an exchange's contract amounts: contracts of the market's contract size, or a currency. */
export type AmountUnit = 'contracts' | 'base' | 'quote';

interface AmountUnits {
  readonly linear: AmountUnit;
  readonly inverse: AmountUnit;
}

// Sizes are amounts of base currency; for inverse contracts, amounts of quote currency.
const inCurrency: AmountUnits = { linear: 'base', inverse: 'quote' };
const inBase: AmountUnits = { linear: 'base', inverse: 'base' };

/**
 * Exchanges whose trade amounts are not contracts, which ccxt's safeTrade assumes.
 * - Bitget: the sizes of all its contracts are in base currency (parsePosition of its file in ccxt).
 * - bitFlyer: sizes are in base currency ("Execution History", size), and its contracts have no size
 *   (fetchMarkets of its file).
 * - Bybit: qty of inverse contracts is in USD ("Get Public Recent Trading History", size), of all others in base
 *   currency.
 * - Deribit: "Amount for inverse perpetual and futures is in USD", otherwise in the cryptocurrency (parseTrade of its
 *   file).
 * - Gemini: amounts are in base currency, and ccxt gives their smallest step as the contract size (fetchMarkets of its
 *   file).
 * - WEEX: qty is in base currency, and quoteQty is price times qty (parseTrade of its file).
 * - XT: ccxt has already multiplied amounts by the contract size (parseTrade of its file).
 */
const units: Readonly<Record<string, AmountUnits>> = {
  bitflyer: inBase,
  bitget: inBase,
  bybit: inCurrency,
  bybiteu: inCurrency,
  bybitid: inCurrency,
  deribit: inCurrency,
  gemini: inBase,
  weex: inBase,
  xt: inCurrency,
};

/** The unit of the amounts in an exchange's trades of a contract. */
export function amountUnit(exchange: string, { inverse }: Pick<MarketInterface, 'inverse'>): AmountUnit {
  return units[exchange]?.[inverse ? 'inverse' : 'linear'] ?? 'contracts';
}
