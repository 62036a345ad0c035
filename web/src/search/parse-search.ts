import { parseKey } from '../base/market-ref.ts';
import type { ExchangeInfo } from '../client/exchanges.ts';
import type { MarketType } from './search-markets.graphql.ts';

type Exchanges = ReadonlyMap<string, ExchangeInfo>;

/** What somebody looks for: a text, and the exchanges that they name next to it. */
export interface SearchWords {
  readonly text: string;
  /** Ids. Without any, the exchanges at hand are searched. */
  readonly named: readonly string[];
  /** Null for markets of any type. */
  readonly type: MarketType | null;
}

/** The words by which results are labelled. */
const types: ReadonlyMap<string, MarketType> = new Map([
  ['spot', 'SPOT'],
  ['swap', 'SWAP'],
  ['future', 'FUTURE'],
  ['option', 'OPTION'],
]);

const maxMatches = 8;

/**
 * Words that name an exchange narrow the search to it: `kraken btc/usd`. A name without other words is a text, too,
 * because it can be that of a coin: `woo`. A type of market behind other words narrows it, too: `eth swap`.
 */
export function parseSearch(input: string, exchanges: Exchanges): SearchWords {
  const words = input
    .split(/\s+/)
    .filter(Boolean)
    .flatMap((word) => splitKey(word, exchanges));
  const ids = words.map((word) => findByName(word, exchanges));
  const [first = '', ...rest] = words.filter((_, index) => ids[index] === null);
  if (first === '') return { text: words.join(' '), named: [], type: null };
  const text = [first, ...rest.filter((word) => toType(word) === null)].join(' ');
  const type = rest.map(toType).find((each) => each !== null) ?? null;
  return { text, named: [...new Set(ids.filter((id) => id !== null))], type };
}

function toType(word: string): MarketType | null {
  return types.get(word.toLowerCase()) ?? null;
}

/** `kraken:BTC/USD`, as addresses of lists have it, is two words. The colon of a contract does not follow an exchange. */
function splitKey(word: string, exchanges: Exchanges): readonly string[] {
  const market = parseKey(word);
  return market && findByName(market.exchange, exchanges) ? [market.exchange, market.symbol] : [word];
}

/** The id of the exchange of which this is the id or the name; null if there is none. */
export function findByName(word: string, exchanges: Exchanges): string | null {
  const wanted = simplify(word);
  const found = [...exchanges.values()].find(({ id, name }) => simplify(id) === wanted || simplify(name) === wanted);
  return wanted && found ? found.id : null;
}

/** The exchanges whose id or name has the text, those that begin with it first. */
export function matchExchanges(text: string, exchanges: Exchanges): readonly string[] {
  const wanted = simplify(text);
  if (wanted === '') return [];
  return [...exchanges.values()]
    .map(({ id, name }) => ({
      id,
      distance: Math.min(distanceOf(simplify(id), wanted), distanceOf(simplify(name), wanted)),
    }))
    .filter(({ distance }) => distance < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, maxMatches)
    .map(({ id }) => id);
}

/** How far a name is from being the text: 0 for the same, less for one that begins with it than for one that has it. */
function distanceOf(name: string, wanted: string): number {
  const index = name.indexOf(wanted);
  if (index < 0) return Number.POSITIVE_INFINITY;
  return index * 100 + name.length - wanted.length;
}

/** Case, spaces and punctuation do not count. */
function simplify(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
