import fc from 'fast-check';
import { execute, type GraphQLFormattedError, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { CandleStore } from '../../../src/candles/pages/store.ts';
import { createAnyTimeframe } from '../../../src/candles/timeframes/any-timeframe.ts';
import { createGraphQLEngine } from '../../../src/graphql/engine.ts';
import { toClientError } from '../../../src/graphql/execution/errors.ts';
import type { Candle, CandleQuery } from '../../../src/market/model/candle.ts';
import type { CandleFormat, CandleText } from '../../../src/market/model/candle-text.ts';
import type { Fresh } from '../../../src/market/model/fresh.ts';
import { Answer, isInPieces } from '../../../src/server/answers/answer.ts';
import { PersistedQueries } from '../../../src/server/answers/persisted-queries.ts';
import { createQueryRunner } from '../../../src/server/answers/query-runner.ts';
import { TrueCandles } from '../../support/fakes/candle-source.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { LiveFeeds } from '../../support/feed/live-feeds.ts';

// Whatever a query selects of candles, its answer has the same bytes as the result of graphql-js would.

const minuteMs = 60_000;
const start = Date.UTC(2026, 2, 4, 12, 34, 56, 789);

/** A whole server's candles, from the pages and from shorter timeframes, over an exchange whose candles are computed. */
class StoredCandles extends FakeMarketData {
  readonly source: TrueCandles;
  readonly #candles: ReturnType<typeof createAnyTimeframe>;
  /** How many lists were answered as text. */
  texts = 0;

  constructor(clock: ManualClock) {
    super(clock);
    this.source = new TrueCandles(clock);
    const stored = new CandleStore({ source: this.source, clock, ttlMs: 1000, timeoutMs: 10_000 });
    this.#candles = createAnyTimeframe({ source: this, stored, clock });
  }

  override fetchCandles(query: CandleQuery): Promise<Fresh<readonly Candle[]>> {
    return this.#candles.fetchCandles(query);
  }

  async fetchCandleText(query: CandleQuery, format: CandleFormat): Promise<Fresh<CandleText> | null> {
    const text = await this.#candles.fetchCandleText(query, format);
    if (text) this.texts += 1;
    return text;
  }
}

function createWorld() {
  const clock = new ManualClock(start);
  const marketData = new StoredCandles(clock);
  marketData.set('BTC/USD', { last: 1 });
  const engine = createGraphQLEngine({ marketData, live: new LiveFeeds().operations, report: () => {} });
  const runQuery = createQueryRunner({ engine, persisted: new PersistedQueries(engine.documents.persisted) });
  const noCharge = (): void => {};

  /** The answer by graphql-js, written by JSON.stringify. */
  async function expectedOf(query: string, variables: Readonly<Record<string, unknown>>): Promise<string> {
    const { schema } = engine;
    const contextValue = engine.createContext(noCharge);
    const { data, errors } = await execute({
      schema,
      document: parse(query),
      variableValues: variables,
      contextValue,
    });
    const masked = errors?.map((error): GraphQLFormattedError => toClientError(error, () => {}).toJSON());
    return JSON.stringify(masked ? { errors: masked, data } : { data });
  }

  async function answerTo(query: string, variables: Readonly<Record<string, unknown>>): Promise<string> {
    const request = { query, variables, operationName: null, extensions: null };
    const answer = await runQuery(request, noCharge);
    if (!(answer instanceof Answer)) throw new Error(`declined: ${answer}`);
    const { body } = answer.toRepeated();
    const text = isInPieces(body) ? '' : body.toString();
    expect(answer.byteLength).toBe(Buffer.byteLength(text));
    return text;
  }

  return { clock, marketData, engine, expectedOf, answerTo };
}

/** Errors may come in any order. */
function toComparable(answer: string): unknown {
  const { data, errors = [] } = JSON.parse(answer);
  return errors.length < 2
    ? answer
    : { data: JSON.stringify(data), errors: errors.map((error: unknown) => JSON.stringify(error)).sort() };
}

const leaves = [
  ...['timestamp', 'datetime', 'open', 'high', 'low', 'close', 'volume', 'closed', 'stale', '__typename'],
  ...['t: timestamp', 'a_b: high', 'then: low', 'toJSON: volume', 'constructor: datetime', 'Candle: __typename'],
];
const leaf = fc.constantFrom(...leaves);
const directive = fc.constantFrom('', '', '', '@include(if: $yes)', '@skip(if: $yes)', '@include(if: true)');
const selectionOf = (fields: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof({ weight: 6, arbitrary: fields }, fc.constantFrom('...F', '...G')), { minLength: 1, maxLength: 7 })
    .map((parts) => parts.join(' '));
const selection = selectionOf(
  fc.oneof(
    { weight: 6, arbitrary: leaf },
    fc.tuple(leaf, directive).map(([field, condition]) => `${field} ${condition}`),
    fc.tuple(leaf, directive).map(([field, condition]) => `... on Candle ${condition} { ${field} close }`),
    leaf.map((field) => `... { ${field} }`),
  ),
);

const window = fc.record({
  timeframe: fc.constantFrom('1m', '1m', '1h', '2m', '3h', '1d'),
  limit: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 450 })),
  back: fc.option(fc.integer({ min: -5, max: 700 }), { nil: null }),
  until: fc.option(fc.integer({ min: -5, max: 700 }), { nil: null }),
  symbol: fc.constantFrom('BTC/USD', 'BTC/USDT'),
});

/** Arguments of a list, which begin and end some periods before `start`. */
function toArguments({ timeframe, limit, back, until }: typeof window extends fc.Arbitrary<infer W> ? W : never) {
  const lengthMs = timeframe.endsWith('m') ? minuteMs : timeframe.endsWith('h') ? 60 * minuteMs : 1440 * minuteMs;
  const since = back === null ? '' : `, since: ${start - back * lengthMs}`;
  const end = until === null ? '' : `, until: ${start - until * lengthMs}`;
  return `timeframe: "${timeframe}", limit: ${limit}${since}${end}`;
}

const list = fc
  .record({ alias: fc.constantFrom('', 'a: ', 'b: ', 'a_b: '), window, selection, directive, isRow: fc.boolean() })
  .map(({ alias, window: range, selection: fields, directive: condition, isRow }) => ({
    ofMarket: `${alias}candles(${toArguments(range)}) ${condition} { ${fields} }`,
    ofQuery: isRow
      ? `${alias}ohlcv(exchange: "kraken", symbol: "${range.symbol}", ${toArguments(range)}) ${condition}`
      : `${alias}candles(exchange: "kraken", symbol: "${range.symbol}", ${toArguments(range)}) ${condition} { ${fields} }`,
  }));

const document = fc
  .record({
    lists: fc.array(list, { minLength: 1, maxLength: 3 }),
    markets: fc.array(
      fc.record({ alias: fc.constantFrom('', 'a: ', 'c: '), lists: fc.array(list, { minLength: 1, maxLength: 2 }) }),
      { maxLength: 2 },
    ),
    others: fc.constantFrom(
      '',
      '__typename',
      'exchange(id: "kraken") { id name }',
      'exchange(id: "nope") { id }',
      'page: exchange(id: "kraken") { markets { nodes { symbol candles(limit: 2) { open } a: symbol } } }',
      'node(id: "Market:kraken:BTC/USD") { id ... on Market { a: candles(limit: 3) { closed close } } }',
    ),
    first: selectionOf(leaf).map((fields) => fields.replaceAll(/\.\.\.[FG]/g, 'open')),
    second: selectionOf(leaf).map((fields) => fields.replaceAll('...G', '...F').replaceAll('...F', 'low ...F')),
  })
  .map(({ lists, markets, others, first, second }) => {
    const symbols = ['BTC/USD', 'BTC/USDT'];
    const fields = [
      ...lists.map(({ ofQuery }) => ofQuery),
      others,
      ...markets.map(
        ({ alias, lists: inside }, index) =>
          `${alias}market(exchange: "kraken", symbol: "${symbols[index]}") { ${inside.map(({ ofMarket }) => ofMarket).join(' ')} symbol }`,
      ),
    ];
    return `query ($yes: Boolean = true) { q: __typename @include(if: $yes) ${fields.join(' ')} ... { z: __typename } }
      fragment F on Candle { ${first} } fragment G on Candle { ${second} ...F }`;
  });

test('an answer with candles has the same bytes as that of graphql-js', async () => {
  let texts = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          document,
          yes: fc.boolean(),
          laterMs: fc.constantFrom(0, 0, 400, 1500, 61_000, 7_000_000),
          textFirst: fc.boolean(),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      fc.integer({ min: 0, max: 40 }),
      async (steps, gapEvery) => {
        const { clock, marketData, engine, expectedOf, answerTo } = createWorld();
        const { source } = marketData;
        source.isGap = (timestamp) => gapEvery > 0 && Math.floor(timestamp / minuteMs / 7) % gapEvery === 1;
        source.revision = (timestamp) => ((timestamp / minuteMs) % 1000) / 7;
        for (const { document: made, yes, laterMs, textFirst } of steps) {
          const used = [...made.matchAll(/\.\.\.([FG])/g)].map(([, name]) => name);
          // A fragment that is not used is not valid.
          const query = used.length > 0 ? made : made.replace(/fragment F.*$/s, '');
          if (validate(engine.schema, parse(query)).length > 0) continue;
          await clock.advance(laterMs);
          const variables = { yes };
          const before = textFirst ? null : await expectedOf(query, variables);
          // At first graphql-js executes it, then the compiled query.
          for (let time = 0; time < 4; time++) {
            const answer = await answerTo(query, variables);
            await import('graphql-jit');
            const expected = before ?? (await expectedOf(query, variables));
            expect(toComparable(answer)).toEqual(toComparable(expected));
          }
        }
        texts += marketData.texts;
      },
    ),
    { numRuns: 150 },
  );
  // It is not all other answers. Seeds draw from 248 to 504 texts.
  expect(texts).toBeGreaterThan(50);
});
