import type { Dice } from '../dice.ts';
import { hostileValue, toLiteral } from '../values.ts';
import type { Operation } from './documents.ts';

const ticker = 'ticker(exchange: "sim", symbol: "BTC/USDT")';
const market = 'market(exchange: "sim", symbol: "BTC/USDT")';
const names = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', '__typename', 'then'];

const brackets = {
  literal: [
    ['[', ']'],
    ['{a:', '}'],
  ],
  json: [
    ['[', ']'],
    ['{"a":', '}'],
  ],
} as const;

/** Sizes from harmless to the maximum of a body. */
function size(dice: Dice): number {
  return dice.pick([2, 10, 50, 200, 1000, 3000, 10_000, 20_000]);
}

function repeat(count: number, make: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => make(index)).join(' ');
}

/** Deeply nested fields, all of which exist in the schema. */
function nested(depth: number): string {
  return `{ ${market} ${'{ exchange { markets(first: 1) { nodes '.repeat(depth)}{ id }${' } } }'.repeat(depth)} }`;
}

/** Each fragment spreads the next one twice, which doubles the work each time. */
function exponential(depth: number, isTwice: (next: string) => string): string {
  const fragments = repeat(depth, (index) => `fragment F${index} on Ticker { ${isTwice(`...F${index + 1}`)} }`);
  return `{ ${ticker} { ...F0 } } ${fragments} fragment F${depth} on Ticker { last }`;
}

/** The work doubles with each level: a server without a limit would be busy for hours. */
const maxSpreadDepth = 30;

/** Typical attacks on GraphQL servers, by name. */
const attacks: Readonly<Record<string, (dice: Dice) => Operation>> = {
  nesting: (dice) => ({ query: nested(dice.int(1, dice.pick([3, 10, 1000, 3000]))) }),
  braces: (dice) => ({ query: dice.pick(['{', '{a', '{a(b:[', '[', '(', '{a(b:{c:']).repeat(size(dice)) }),
  'nested values': (dice) => {
    const depth = size(dice);
    const [open, close] = dice.pick(brackets.literal);
    return { query: `{ tickers(exchange: "sim", symbols: ${open.repeat(depth)}1${close.repeat(depth)}) { last } }` };
  },
  'nested types': (dice) => {
    const depth = size(dice);
    return { query: `query ($a: ${'['.repeat(depth)}Int${']'.repeat(depth)}) { exchanges { id } }` };
  },
  'nested variables': (dice) => {
    const depth = size(dice);
    const [open, close] = dice.pick(brackets.json);
    const query = dice.pick([tickers, tickers.replace('query', 'subscription').replace('tickers(', 'tickersUpdated(')]);
    return { query, variablesText: `{"symbols":${open.repeat(depth)}1${close.repeat(depth)}}` };
  },
  aliases: (dice) => {
    const field = dice.pick([
      `${ticker} { last }`,
      '__typename',
      'exchange(id: "sim") { id }',
      'exchange(id: "x") { id }',
    ]);
    return { query: `{ ${repeat(size(dice), (index) => `a${index}: ${field}`)} }` };
  },
  'aliases of many markets': (dice) => {
    const field = (index: number): string => `a${index}: ticker(exchange: "sim", symbol: "X${index}/USDT") { last }`;
    return { query: `{ ${repeat(Math.min(3000, size(dice)), field)} }` };
  },
  directives: (dice) => {
    const directive = dice.pick(['@include(if: true)', '@skip(if: false)', '@a', '@deprecated', '@__proto__']);
    return { query: `{ ${ticker} { last ${repeat(size(dice), () => directive)} } }` };
  },
  'repeated fields': (dice) => {
    const field = dice.pick(['last', 'exchange { id }', '__typename', 'market { ticker { last } }']);
    return { query: `{ ${ticker} { ${repeat(size(dice), () => field)} } }` };
  },
  'repeated roots': (dice) => ({ query: `{ ${repeat(size(dice), () => `${ticker} { last }`)} }` }),
  conflicts: (dice) => ({
    query: `{ ${repeat(size(dice), (index) => `a: ticker(exchange: "sim", symbol: "${index}") { b: last }`)} }`,
  }),
  'exponential fragments': (dice) => {
    const twice = dice.pick([
      (next: string) => `${next} ${next}`,
      (next: string) => `market { ticker { ${next} } } ${next}`,
      (next: string) => `a: market { ticker { ${next} } } b: market { ticker { ${next} } }`,
    ]);
    return { query: exponential(dice.int(2, maxSpreadDepth), twice) };
  },
  'fragment cycles': (dice) => {
    const length = dice.int(1, dice.pick([1, 3, 100]));
    const spread = dice.pick(['', 'market { ticker { ', 'exchange { __typename } ']);
    const end = spread.startsWith('market') ? ' } }' : '';
    const part = (index: number): string =>
      `fragment C${index} on Ticker { ${spread}...C${(index + 1) % length}${end} }`;
    return { query: `{ ${ticker} { ...C0 } } ${repeat(length, part)}` };
  },
  'many fragments': (dice) => {
    const count = size(dice);
    const part = (index: number): string => `fragment M${index} on Ticker { last }`;
    return { query: `{ ${ticker} { ${repeat(count, (index) => `...M${index}`)} } } ${repeat(count, part)}` };
  },
  'many operations': (dice) => ({
    query: repeat(size(dice), (index) => `query Q${index} { exchanges { id } }`),
    operationName: dice.pick(['Q0', 'Q1', 'nobody']),
  }),
  'many variables': (dice) => {
    const count = size(dice);
    const variables = Object.fromEntries(Array.from({ length: count }, (_, index) => [`v${index}`, index]));
    return { query: `query (${repeat(count, (index) => `$v${index}: Int`)}) { exchanges { id } }`, variables };
  },
  lists: (dice) => {
    const symbols = Array.from({ length: size(dice) }, (_, index) => (dice.chance(1) ? 'BTC/USDT' : `${index}/USDT`));
    if (dice.chance(50)) return { query: tickers, variables: { symbols } };
    return { query: `{ tickers(exchange: "sim", symbols: ${JSON.stringify(symbols)}) { last } }` };
  },
  numbers: (dice) => {
    const number = dice.pick(['1e400', '-1e400', '9'.repeat(5000), '1.0', '2147483648', '-0', '0.1e-9', '1E+2']);
    return { query: `{ candles(exchange: "sim", symbol: "BTC/USDT", limit: ${number}) { close } }` };
  },
  dateTimes: (dice) => {
    const since = dice.pick([
      '-8640000000000001',
      '"+275760-09-13T00:00:00.001Z"',
      '"0000-00-00"',
      '9e15',
      '-62167219200001',
    ]);
    const until = dice.pick(['9007199254740993', '"1970-01-01T00:00:00+23:59"', '0', 'null']);
    const timeframe = dice.pick(['1m', '1M', '99999y', '1s', '100000000000000000000m', '99999s']);
    const args = `exchange: "sim", symbol: "BTC/USDT", timeframe: "${timeframe}", since: ${since}, until: ${until}`;
    return { query: `{ candles(${args}, limit: 5) { close } ohlcv(${args}, limit: 5) }` };
  },
  strings: (dice) => {
    const length = size(dice) * 10;
    const text = dice.pick(['a', '\\u0000', '\\uD83D', '\\u{1F4A5}', 'é', '💥', '(a+)+$', '%00', ' ']).repeat(length);
    const quoted = dice.chance(70) ? `"${text}"` : `"""${text}"""`;
    return { query: `{ ticker(exchange: "sim", symbol: ${quoted}) { last } }` };
  },
  introspection: (dice) => {
    const list = dice.pick(['fields', 'possibleTypes', 'ofType', 'interfaces', 'inputFields']);
    const step = ['fields', 'inputFields'].includes(list) ? `${list} { type {` : `${list} {`;
    const depth = dice.int(1, 12);
    const end = '}'.repeat(step.split('{').length - 1).repeat(depth);
    return { query: `{ __schema { types { ${`${step} `.repeat(depth)} name ${end} } } }` };
  },
  'repeated introspection': (dice) => ({
    query: `{ ${repeat(Math.min(1000, size(dice)), (index) => `a${index}: __schema { types { name fields { name } } }`)} }`,
  }),
  'names of objects': (dice) => {
    const [one, two, three] = [dice.pick(names), dice.pick(names), dice.pick(names)];
    const query = dice.pick([
      `{ ${one}: ${ticker} { ${two}: last ${three}: symbol } }`,
      `{ ${ticker} { ${one} } }`,
      `{ ${ticker}(${one}: 1) { last } }`,
      `query ${one}($${two}: String!) { ticker(exchange: "sim", symbol: $${two}) { last } }`,
      `{ ${ticker} { ...${one} } } fragment ${one} on Ticker { last @${two} }`,
      `{ ${ticker} { ... on ${one} { last } } }`,
      `subscription ${one} { ${two}: tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { ${three}: last } }`,
      `query ($a: ${one}) { exchanges(has: [${two}]) { id } }`,
    ]);
    return { query, operationName: one, variables: JSON.parse(`{ "${two}": "BTC/USDT", "${three}": {} }`) };
  },
  'hostile arguments': (dice) => {
    const [one, two] = [hostileValue(dice), hostileValue(dice)];
    if (dice.chance(50)) {
      const query =
        'query ($e: ID!, $s: String!) { ticker(exchange: $e, symbol: $s) { last } market(exchange: $e, symbol: $s) { id } }';
      return { query, variables: { e: dice.chance(50) ? 'sim' : one, s: two } };
    }
    return { query: `{ ticker(exchange: ${toLiteral(one, false)}, symbol: ${toLiteral(two, false)}) { last } }` };
  },
  subscriptions: (dice) => ({
    query: `subscription { ${repeat(dice.pick([2, 50, 1000]), (index) => `a${index}: tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { last }`)} }`,
  }),
  'large events': (dice) => ({
    query: `subscription { tickersUpdated(exchange: "sim", symbols: ["BTC/USDT"]) { ${repeat(Math.min(1000, size(dice)), (index) => `a${index}: datetime`)} } }`,
  }),
  comments: (dice) => ({ query: `${'#\n'.repeat(size(dice))}{ ${ticker} { last } }${','.repeat(size(dice))}` }),
  noise: (dice) => ({ query: String.fromCharCode(...dice.many(0, 200, () => dice.int(0, 65_535))) }),
};

const tickers = 'query ($symbols: [String!]!) { tickers(exchange: "sim", symbols: $symbols) { symbol last } }';

/** An attack and its name. */
export function attack(dice: Dice): { readonly name: string; readonly operation: Operation } {
  const [name, make] = dice.pick(Object.entries(attacks));
  return { name, operation: make(dice) };
}
