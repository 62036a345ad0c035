import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { maxResultBytes } from '../../../src/server/mcp/presenting/report.ts';
import { serveMcpOverStdio } from '../../../src/server/mcp/stdio.ts';
import { createTools } from '../../../src/server/mcp/tools/toolbox.ts';
import { startFields } from '../../support/mcp-calls.ts';

const tools = createTools(schema);

/** What validators say, and what runtimes print of values that nobody has described. */
const raw =
  /zod|invalid_|Invalid input|"path"|received \w|\[object|undefined|TypeError|Variable "\$|GraphQL|Int cannot/i;

let waiting: ((answer: Answer) => void) | null = null;
const input = new PassThrough();
const output = new PassThrough();
let ended: Promise<void>;

interface Answer {
  readonly id?: unknown;
  readonly error?: { readonly message: string };
  readonly result?: { readonly isError?: boolean; readonly content: readonly { readonly text: string }[] };
}

function ask(params: unknown): Promise<Answer> {
  return new Promise((resolve) => {
    waiting = resolve;
    input.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })}\n`);
  });
}

beforeAll(() => {
  const parts = startFields();
  parts.marketData.set('BTC/USD', { last: 1 });
  let text = '';
  output.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (!text.endsWith('\n')) return;
    waiting?.(JSON.parse(text));
    text = '';
  });
  ended = serveMcpOverStdio({ ...parts, readVersion: () => '1', input, output });
});

afterAll(async () => {
  input.end();
  await ended;
});

const text = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '10',
    'NaN',
    'true',
    '[]',
    '["BTC/USD"]',
    'BTC/USD,ETH/USD',
    'BTC/USD',
    'kraken',
    '1h',
    'RSI',
  ),
  fc.string({ unit: 'binary' }),
);
const number = fc.oneof(fc.constantFrom(0, -1, 1.5, 1e10, 1e308, 1_700_000_000), fc.double({ noNaN: true }));
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, [], {}),
    text,
    number,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom('kind', 'period', '__proto__', 'constructor'), text), tie('value'), {
      maxKeys: 3,
    }),
  ),
}));

/** Arguments of which some names are right, and few values. */
const wrong = fc.constantFrom(...tools).chain(({ name, arguments: args }) => {
  const names = args.fields.all.map((argument) => argument.name);
  const right = fc.constant({ exchange: 'kraken', symbol: 'BTC/USD', symbols: ['BTC/USD'], exchanges: ['kraken'] });
  const members = fc.dictionary(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, text), value);
  const known = right.map((all) => Object.fromEntries(Object.entries(all).filter(([key]) => names.includes(key))));
  const given = fc.tuple(known, members).map(([base, changes]) => ({ ...base, ...changes }));
  return fc.record({ name: fc.constant(name), arguments: fc.oneof({ weight: 5, arbitrary: given }, value) });
});

test('whatever arguments an agent sends, it reads a sentence of this server, or data', async () => {
  await fc.assert(
    fc.asyncProperty(wrong, async (params) => {
      const answer = await ask(params);
      expect(answer.id).toBe(1);
      expect(Buffer.byteLength(JSON.stringify(answer.result ?? answer.error))).toBeLessThanOrEqual(maxResultBytes);
      const said = answer.error?.message ?? (answer.result?.isError ? (answer.result.content[0]?.text ?? '') : null);
      if (said === null) return;
      // What the agent has sent is repeated between quotation marks.
      expect(said.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')).not.toMatch(raw);
      expect(said).toMatch(answer.error ? /^arguments must be an object, but it is .+\.$/s : /^[A-Z_]+: \S.+\./s);
    }),
    { numRuns: 600 },
  );
});

test('an optional argument that is null is left out, in every tool', async () => {
  const right = {
    exchange: 'kraken',
    exchanges: ['kraken'],
    symbol: 'BTC/USD',
    symbols: ['BTC/USD'],
    of: [{ kind: 'RSI', period: null }],
  };
  for (const { name, arguments: args } of tools) {
    const given = args.fields.all.map((argument) => [argument.name, Reflect.get(right, argument.name) ?? null]);
    const withNulls = Object.fromEntries(given);
    const without = Object.fromEntries(given.filter(([, each]) => each !== null));
    expect([name, await ask({ name, arguments: withNulls })]).toEqual([name, await ask({ name, arguments: without })]);
  }
});
