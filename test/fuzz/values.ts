import { type GraphQLInputType, isEnumType, isInputObjectType, isListType, isNonNullType } from 'graphql';
import type { Dice } from './dice.ts';

/** The exchanges that the server under test may use: no generated document can make it call a real one. */
export const exchanges = ['sim', 'binance'] as const;

/** Values by argument: mostly meaningful ones, and a few that are not. */
const plausible: Readonly<Record<string, readonly unknown[]>> = {
  exchange: ['sim', 'sim', 'sim', 'binance', 'binance', 'kraken', 'SIM', ''],
  id: ['sim', 'sim', 'sim', 'binance', 'kraken', 'nowhere'],
  ids: ['sim', 'binance', 'kraken', 'sim'],
  exchanges: ['sim', 'binance', 'kraken', 'sim', ''],
  symbol: ['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'BTC/USDT:USDT', 'ETH/EUR', 'BTC/USD:BTC', 'NOPE/USDT', 'btc/usdt'],
  symbols: ['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'ETH/USDT:USDT', 'LUNA/USDT', 'NOPE/USDT', ''],
  timeframe: ['1m', '1m', '5m', '1h', '1d', '45m', '1s', '1M', '2w', '7y', '0m', 'x'],
  limit: [1, 2, 5, 20, 50, 100, 500, 1000, 2000, 0, -1, 10_001],
  first: [1, 5, 50, 1000, 0, -1, 1001],
  since: ['2024-01-01T00:00:00Z', '2024-02-29', 1_700_000_000_000, 0, '2099-01-01', 'yesterday'],
  until: ['2024-01-02T00:00:00Z', 1_700_003_600_000, 1, '2024-13-45'],
  search: ['BTC', 'BTC/USD', 'eth-usdt', 'usd', '', '/', '.*', '\\'],
  base: ['BTC', 'eth', ''],
  quote: ['USDT', 'usd', 'EUR'],
  after: ['BTC/USDT', 'QlRDL1VTRFQ=', '', 'x'],
  active: [true, false],
};

/** Values that no client should send, but some will. */
const hostile: readonly unknown[] = [
  null,
  '',
  ' ',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  // graphql-jit's own markers in the code that it generates.
  '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d;process.exit(1);//',
  '__MAGIC_NAN__57f286b9_4c20_487f_b409_79804ddcb4f8',
  '__MAGIC_PLUS_INFINITY__bb201c39_3333_4695_b4ad_7f1722e7aa7a',
  '"+process.exit(1)+"',
  "'];process.exit(1);//",
  '$' + '{process.exit(1)}',
  '`;throw 1;`',
  '\u0000',
  '\ud800',
  '\udfff\ud800',
  '\u2028\u2029',
  '\ufeffBTC/USDT',
  'BTC/USDT\r\nX-Header: 1',
  '../../../etc/passwd',
  'http://127.0.0.1:1/',
  '💥'.repeat(50),
  'A'.repeat(10_000),
  0,
  -0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  1e308,
  8.64e15 + 1,
  -8.64e15,
  true,
  [],
  [null],
  [[['BTC/USDT']]],
  {},
  { toString: 1 },
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
];

export function hostileValue(dice: Dice): unknown {
  return dice.pick(hostile);
}

/** A value for the argument with this name; occasionally a hostile one. */
export function valueFor(dice: Dice, name: string, type: GraphQLInputType): unknown {
  if (dice.chance(4)) return hostileValue(dice);
  if (isNonNullType(type)) return valueFor(dice, name, type.ofType);
  if (isListType(type)) {
    const { ofType } = type;
    return dice.many(0, 6, () => valueFor(dice, name, ofType));
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    return Object.fromEntries(fields.map((field) => [field.name, valueFor(dice, field.name, field.type)]));
  }
  if (isEnumType(type)) return dice.pick(type.getValues()).name;
  return dice.pick(plausible[name] ?? hostile);
}

/** The value as a literal in a document. For an enum, a string is written without quotes. */
export function toLiteral(value: unknown, isEnum: boolean): string {
  if (Array.isArray(value)) return `[${value.map((each) => toLiteral(each, isEnum)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value).map(([name, each]) => `${name}: ${toLiteral(each, isEnum)}`)}}`;
  }
  if (typeof value === 'string' && isEnum && /^[_A-Za-z]\w*$/.test(value)) return value;
  return JSON.stringify(value);
}
