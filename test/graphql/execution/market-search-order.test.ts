import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type MarketFilter, MarketSearch } from '../../../src/graphql/execution/market-search.ts';
import type { Market } from '../../../src/market/model/market.ts';
import { marketTypes } from '../../../src/market/model/market.ts';
import { marketOf } from '../../support/fakes/market.ts';

const codes = ['A', 'AB', 'B', 'BA', 'ABA', 'a'];
const terms = ['', ':A', ':B', ':B-261225', ':B-261225-5-C'];
const types = { '': 'spot', ':A': 'swap', ':B': 'swap', ':B-261225': 'future', ':B-261225-5-C': 'option' } as const;

const market = fc
  .tuple(fc.constantFrom(...codes), fc.constantFrom(...codes), fc.constantFrom(...terms), fc.constantFrom(true, false))
  .map(([base, quote, term, active]) => {
    const type = Object.entries(types).find(([name]) => name === term)?.[1] ?? 'spot';
    return marketOf('kraken', `${base}/${quote}${term}`, { active, type });
  });

const markets = fc
  .uniqueArray(market, { selector: ({ symbol }) => symbol, minLength: 5, maxLength: 40 })
  .map((list) => new Map(list.sort((a, b) => compare(a.symbol, b.symbol)).map((each) => [each.symbol, each])));

const text = fc.oneof(
  fc.constantFrom('A', 'b', 'AB', 'a-b', 'B/A', 'A/B:B', 'ba', '/', ':b'),
  fc
    .array(fc.constantFrom('A', 'B', 'a', 'b', '/', '-', ' ', ':', '26'), { maxLength: 6 })
    .map((parts) => parts.join('')),
);
const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const rare = <T>(values: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, values);
const filter: fc.Arbitrary<MarketFilter> = fc.record({
  search: optional(text),
  type: rare(fc.constantFrom(...marketTypes)),
  active: rare(fc.boolean()),
  base: rare(fc.constantFrom(...codes)),
  quote: rare(fc.constantFrom(...codes)),
});

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** The sort key of a market: what it is compared by, in this order; null if it does not match. */
function keyOf({ symbol, base, quote, type }: Market, search: string): readonly (string | number)[] | null {
  if (search === '') return [symbol];
  const wanted = search.toLowerCase();
  const name = symbol.toLowerCase();
  if (name === wanted) return [0, 0, symbol];
  const parts = wanted.split(/[^a-z0-9]+/).filter(Boolean);
  const pairs = parts.length === 2 ? [parts.join('/')] : [];
  const isPair = pairs.includes(`${base}/${quote}`.toLowerCase());
  if (isPair || (parts.length !== 2 && plain(base + quote) === plain(search))) {
    return [1, marketTypes.indexOf(type), symbol];
  }
  const hasPlain = plain(search) !== '';
  if (name.startsWith(wanted) || (hasPlain && plain(symbol).startsWith(plain(search)))) return [2, 0, symbol];
  if (name.includes(wanted) || (hasPlain && plain(symbol).includes(plain(search)))) return [3, 0, symbol];
  return null;
}

function compareKeys(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  return a.map((part, index) => compare(part, b[index] ?? '')).find((order) => order !== 0) ?? 0;
}

function findNaively(listed: Iterable<Market>, given: MarketFilter): readonly Market[] {
  const { search = '', type, active, base, quote } = given;
  return [...listed]
    .filter((each) => type === undefined || each.type === type)
    .filter((each) => active === undefined || each.active === active)
    .filter((each) => base === undefined || each.base.toUpperCase() === base?.toUpperCase())
    .filter((each) => quote === undefined || each.quote.toUpperCase() === quote?.toUpperCase())
    .flatMap((each) => {
      const key = keyOf(each, search ?? '');
      return key === null ? [] : [{ each, key }];
    })
    .sort((a, b) => compareKeys(a.key, b.key))
    .map(({ each }) => each);
}

test('a search finds what a naive one finds, in the same order', async () => {
  await fc.assert(
    fc.asyncProperty(markets, filter, async (listed, given) => {
      const found = await new MarketSearch().find('kraken', listed, given);
      expect(found).toEqual(findNaively(listed.values(), given));
    }),
    { numRuns: 500 },
  );
});

test('pages cover the list once, although the market of the cursor is delisted in between', async () => {
  await fc.assert(
    fc.asyncProperty(
      markets,
      filter,
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      async (all, given, size, isGone) => {
        const search = new MarketSearch();
        let listed: ReadonlyMap<string, Market> = all;
        const expected = await search.find('kraken', all, given);
        const seen: Market[] = [];
        for (let page: readonly Market[] = []; seen.length < expected.length; seen.push(...page)) {
          const matching = await search.find('kraken', listed, given);
          const last = seen.at(-1);
          const start = last ? await search.countUpTo(last.symbol, matching, listed, given) : 0;
          page = matching.slice(start, start + size);
          if (page.length === 0) break;
          const gone = page.at(-1)?.symbol;
          if (isGone) listed = new Map([...listed].filter(([symbol]) => symbol !== gone));
        }
        expect(seen).toEqual(expected);
      },
    ),
    { numRuns: 500 },
  );
});
