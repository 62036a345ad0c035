import { buildSchema, execute, type GraphQLResolveInfo, parse } from 'graphql';
import { expect, test } from 'vitest';
import { CandleFormats } from '../../../src/graphql/text/candle-formats.ts';
import { OperationTexts } from '../../../src/graphql/text/operation-texts.ts';

const schema = buildSchema(`
  type Query { text(of: String!): String, a: Candles, list: [Candles!] }
  type Candles { candles(limit: Int!): [Candle!], sure: String! }
  type Candle { open: Float!, close: Float! }
`);

/** Executes a query whose lists of candles are texts, and writes the result. */
async function write(query: string, texts: OperationTexts, limit = 1): Promise<string> {
  const candles = (_args: unknown, _context: unknown, info: GraphQLResolveInfo): readonly object[] => {
    const format = texts.formatOf(info, limit);
    if (!format) return [{ open: 0, close: 0 }];
    texts.put(info.path, { chunks: [Buffer.from(format.write(1, 2, 3, 1, 2.5, 9, true) ?? '')] });
    return [];
  };
  const market = { candles, sure: () => null };
  const rootValue = { text: ({ of }: { readonly of: string }) => of, a: market, list: [market, market] };
  const result = await execute({ schema, document: parse(query), rootValue });
  const written = texts.write(result);
  return typeof written === 'string' ? written : Buffer.concat(written).toString();
}

const create = (): OperationTexts => new OperationTexts(new CandleFormats());

test('texts take the places of their lists, at any depth', async () => {
  const query = '{ text(of: "é") list { b: candles(limit: 1) { close } } a { candles(limit: 1) { o: open close } } }';
  expect(await write(query, create())).toBe(
    '{"data":{"text":"é","list":[{"b":[{"close":2.5}]},{"b":[{"close":2.5}]}],"a":{"candles":[{"o":2,"close":2.5}]}}}',
  );
});

test('a text below an object that became null is left out', async () => {
  const answer = await write('{ a { candles(limit: 1) { open } sure } text(of: "x") }', create());
  expect(JSON.parse(answer).data).toEqual({ a: null, text: 'x' });
});

test.each(['text: 0', 'text: ', 'text: 7', '"text: 0"', 'text: 0"', '"text: ', 'x text: 0'])(
  'data that holds the marker, as in %j, stays what it is',
  async (data) => {
    const query = `{ text(of: ${JSON.stringify(data)}) a { candles(limit: 1) { close } } }`;
    expect(await write(query, create())).toBe(
      JSON.stringify({ data: { text: data, a: { candles: [{ close: 2.5 }] } } }),
    );
  },
);

test('lists that may become too long are left to the executor', async () => {
  const name = 'n'.repeat(10_000);
  const lists = ['b', 'c', 'd'].map((alias) => `${alias}: candles(limit: 1) { ${name}: open }`);
  const { data } = JSON.parse(await write(`{ a { ${lists.join(' ')} } }`, create(), 1200));
  // Each may have 12 MB, all together 32 MB.
  expect(Object.values(data.a)).toEqual([[{ [name]: 2 }], [{ [name]: 2 }], [{ [name]: 0 }]]);
});

test('a list with a negative limit, which fails, makes no room for others', async () => {
  const name = 'n'.repeat(10_000);
  const texts = create();
  await write('{ a { candles(limit: 1) { open } } }', texts, -1_000_000);
  const { data } = JSON.parse(await write(`{ a { b: candles(limit: 1) { ${name}: open } } }`, texts, 4000));
  expect(data.a.b[0][name]).toBe(0);
});

test('a selection that depends on variables is left to the executor', async () => {
  const answer = await write('{ a { candles(limit: 1) { open close @include(if: true) } } }', create());
  expect(JSON.parse(answer).data).toEqual({ a: { candles: [{ open: 0, close: 0 }] } });
});
