import fc from 'fast-check';
import { type GraphQLObjectType, getNamedType, isObjectType, isRequiredArgument } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFieldQuery } from '../../../src/graphql/fields/field-query.ts';
import { toArgumentSchemas } from '../../../src/graphql/json-schema/argument-schemas.ts';
import { toSelectionSchema } from '../../../src/graphql/json-schema/selection-schema.ts';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { type AppServer, startServer } from '../../support/server.ts';
import { compileSchema } from './compile-schema.ts';

// Values that the server sends, and values that it accepts, against the generated JSON Schemas.

let server: AppServer;

beforeAll(async () => {
  server = await startServer({ config: { exchanges: ['sim'] } });
});

afterAll(() => server.stop());

const spot = { exchange: 'sim', symbol: 'BTC/USDT' };
const swap = { exchange: 'sim', symbol: 'BTC/USDT:USDT' };

const fields: readonly (readonly [path: readonly string[], values: Readonly<Record<string, unknown>>])[] = [
  [['ticker'], spot],
  [['tickers'], { exchange: 'sim', symbols: ['BTC/USDT', 'NO/NE', 'ETH/USDT'] }],
  [['candles'], { ...spot, timeframe: '1h', limit: 3 }],
  [['ohlcv'], { ...spot, timeframe: '1h', limit: 3 }],
  [['orderBook'], { ...spot, limit: 2 }],
  [['trades'], { ...spot, limit: 2 }],
  [['exchange'], { id: 'sim' }],
  [['exchange', 'markets'], { id: 'sim', first: 3 }],
  [['market'], swap],
  [['fundingRate'], swap],
  [['fundingRateHistory'], { ...swap, limit: 2 }],
  [['openInterest'], swap],
  [['openInterestHistory'], { ...swap, limit: 2 }],
  [['quote'], { symbol: 'BTC/USDT', exchanges: ['sim'] }],
  [['screen'], { exchange: 'sim', first: 3 }],
  [['indicators'], { ...spot, limit: 2, of: [{ kind: 'MACD' }, { kind: 'RSI' }] }],
];

/** Random selections of a type, at most so deep. Fields that need arguments, or that have some by default, stay out. */
function selectionsOf(type: GraphQLObjectType, depth: number): fc.Arbitrary<string> {
  const choices = Object.values(type.getFields()).flatMap((field) => {
    const named = getNamedType(field.type);
    if (field.args.some((arg) => isRequiredArgument(arg) || arg.defaultValue !== undefined)) return [];
    if (!isObjectType(named)) return [fc.constant(field.name)];
    return depth > 1 ? [selectionsOf(named, depth - 1).map((selection) => `${field.name} ${selection}`)] : [];
  });
  const own = fc.constant('__typename');
  return fc
    .tuple(...[own, ...choices].map((choice) => fc.option(choice, { nil: null, freq: 2 })))
    .map((chosen) => chosen.filter((each) => each !== null))
    .filter((chosen) => chosen.length > 0)
    .map((chosen) => `{ ${chosen.join(' ')} }`);
}

/** The same value with one member missing somewhere; null if it contains no object. */
function withoutMember(value: unknown, pick: number): unknown {
  const objects: object[] = [];
  const copy: unknown = JSON.parse(JSON.stringify(value), (_key, each: unknown) => {
    if (typeof each === 'object' && each !== null && !Array.isArray(each)) objects.push(each);
    return each;
  });
  const chosen = objects[pick % Math.max(1, objects.length)];
  if (!chosen) return null;
  const names = Object.keys(chosen);
  Reflect.deleteProperty(chosen, names[pick % names.length] ?? '');
  return copy;
}

test.each(fields.map(([path, values]) => [path.join('.'), path, values] as const))(
  'every selection of %s has the schema that is generated for it, and no other',
  async (_name, path, values) => {
    const plain = createFieldQuery(schema, { operation: 'query', path, selection: '' });
    const named = getNamedType(plain.type);
    const selections = isObjectType(named) ? selectionsOf(named, 3) : fc.constant('');
    const property = fc.asyncProperty(selections, fc.nat(), async (selection, pick) => {
      const query = createFieldQuery(schema, { operation: 'query', path, selection });
      const { data, errors } = await server.query(query.document, values);
      fc.pre(errors.every(({ extensions }) => extensions.code !== 'QUERY_TOO_COMPLEX'));
      const value = path.reduce((parent, name) => parent?.[name], data);
      const findFaults = compileSchema(toSelectionSchema(query.type, selection));
      expect(findFaults(value)).toEqual([]);
      const broken = withoutMember(value, pick);
      if (broken !== null) expect(findFaults(broken)).not.toEqual([]);
    });
    await fc.assert(property, { numRuns: 25 });
  },
);

describe('arguments', () => {
  test.each(fields.map(([path, values]) => [path.join('.'), path, values] as const))(
    'of %s that the server accepts fit the schema',
    (_name, path, values) => {
      const { arguments: args } = createFieldQuery(schema, { operation: 'query', path, selection: '' });
      const findFaults = compileSchema({ type: 'object', additionalProperties: false, ...toArgumentSchemas(args) });
      expect(findFaults(values)).toEqual([]);
      expect(findFaults({ ...values, more: 1 })).not.toEqual([]);
      const [first = ''] = Object.keys(values);
      const { [first]: _left, ...others } = values;
      expect(findFaults(others)).not.toEqual([]);
    },
  );

  const candles = createFieldQuery(schema, { operation: 'query', path: ['ohlcv'], selection: '' }).arguments;
  const findFaults = compileSchema({ type: 'object', ...toArgumentSchemas(candles) });

  test.each([
    ['since', '2026-01-31T12:00:00Z'],
    ['since', '2026-01-31T12:00:00.123+02:00'],
    ['since', '2026-01-31'],
    ['since', 0],
    ['since', 1_769_860_800_000],
    ['since', 1_769_860_800],
    ['since', 1_230_767_999],
    ['since', 1_230_768_000],
    ['since', 99_999_999_999],
    ['since', 100_000_000_000],
    ['since', 'yesterday'],
    ['since', -1],
    ['since', 1.5],
    ['timeframe', '15m'],
    ['timeframe', '1M'],
    ['timeframe', '0m'],
    ['timeframe', '1 h'],
    ['limit', 5],
    ['limit', 1.5],
    ['limit', '5'],
    ['symbol', 5],
  ])('%s: %j fits the schema if the server accepts it', (name, value) => {
    const values = { ...spot, [name]: value };
    let isAccepted = true;
    try {
      candles.toVariables(values);
    } catch {
      isAccepted = false;
    }
    expect(findFaults(values).length === 0).toBe(isAccepted);
  });
});
