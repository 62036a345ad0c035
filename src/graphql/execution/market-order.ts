import { normalizeName } from '../../base/suggest.ts';
import { type Market, marketTypes } from '../../market/model/market.ts';

/** What the order of a market depends on. */
export type OrderedMarket = Pick<Market, 'symbol' | 'base' | 'quote' | 'type'>;

/**
 * The groups in which a search lists markets: the one with exactly this symbol, those of exactly this pair by type, those
 * whose symbol begins with the text, and those whose symbol contains it.
 */
const exact = 0;
const pair = 1;
const beginning = pair + marketTypes.length;
const containing = beginning + 1;

/** The number of groups. */
export const groupCount = containing + 1;

/** A text from a client, prepared for many comparisons. Case and separators do not matter. */
export class SearchText {
  readonly #text: string;
  readonly #normalized: string;
  /** Base and quote, if a separator tells them apart. */
  readonly #currencies: readonly [base: string, quote: string] | null;

  constructor(text: string) {
    this.#text = text.toLowerCase();
    this.#normalized = normalizeName(text);
    const [base, quote, ...others] = this.#text.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== '');
    this.#currencies = base !== undefined && quote !== undefined && others.length === 0 ? [base, quote] : null;
  }

  /** The group of a market; null if it does not match. `normalizedSymbol` is its symbol without case and separators. */
  groupOf(market: OrderedMarket, normalizedSymbol: string): number | null {
    const isLike = this.#normalized !== '' && normalizedSymbol.includes(this.#normalized);
    // Most markets end here. A symbol without a slash need not contain its pair: Deribit's BTC-FS-26JUN26_PERP.
    if (this.#normalized !== '' && !isLike && market.symbol.includes('/')) return null;
    const symbol = market.symbol.toLowerCase();
    if (symbol === this.#text) return exact;
    if (this.#isPair(market)) return pair + marketTypes.indexOf(market.type);
    if (symbol.startsWith(this.#text) || (isLike && normalizedSymbol.startsWith(this.#normalized))) return beginning;
    return isLike || symbol.includes(this.#text) ? containing : null;
  }

  #isPair(market: OrderedMarket): boolean {
    const [base, quote] = [market.base.toLowerCase(), market.quote.toLowerCase()];
    if (this.#currencies) return base === this.#currencies[0] && quote === this.#currencies[1];
    return `${base}${quote}` === this.#normalized;
  }
}

/**
 * What a unified symbol alone says about its market, for one that is no longer listed. Source: ccxt Manual, "Contract
 * Naming Conventions".
 */
export function readSymbol(symbol: string): OrderedMarket {
  const [currencies = '', contract] = symbol.split(':', 2);
  const [base = '', quote = ''] = currencies.split('/', 2);
  return { symbol, base, quote, type: typeOf(contract) };
}

function typeOf(contract: string | undefined): Market['type'] {
  if (contract === undefined) return 'spot';
  const [, ...terms] = contract.split('-');
  if (terms.length === 0) return 'swap';
  return /^[CP]$/.test(terms.at(-1) ?? '') ? 'option' : 'future';
}
