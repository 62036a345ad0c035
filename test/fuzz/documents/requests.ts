import { createHash } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { type Dice, generated } from '../dice.ts';
import { hostileValue } from '../values.ts';
import { type Operation, plausibleOperation, toJson } from './documents.ts';
import { attack } from './hostile.ts';
import { mutate } from './mutations.ts';

/** An HTTP request. */
export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Buffer | null;
}

/** A document together with the request that carries it. */
export interface DocumentCase {
  /** How it was generated, and how it is sent. */
  readonly name: string;
  readonly operation: Operation;
  readonly request: FuzzRequest;
  /** How often it is sent. From the second time on, it is answered from a cache, or compiled. */
  readonly times: number;
}

const accepts = [
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json; charset=utf-8, application/json;q=0.9',
  '*/*',
  'application/*',
  'text/plain',
  'image/png;q=protocolError,,;',
] as const;

function operationOf(dice: Dice): { readonly name: string; readonly operation: Operation } {
  const kind = dice.int(0, 99);
  if (kind < 40) return { name: 'valid', operation: plausibleOperation(dice) };
  if (kind < 70) {
    const operation = plausibleOperation(dice);
    return { name: 'mutated', operation: { ...operation, query: mutate(dice, operation.query) } };
  }
  return attack(dice);
}

type Wrap = (dice: Dice, operation: Operation) => FuzzRequest;

function post(body: string | Buffer, headers: OutgoingHttpHeaders = {}, path = '/graphql'): FuzzRequest {
  const length = Buffer.byteLength(body);
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', 'content-length': length, ...headers },
    body,
  };
}

function searchOf(operation: Operation): string {
  const { query, operationName, variables, variablesText } = operation;
  const search = new URLSearchParams({ query });
  if (operationName !== undefined) search.set('operationName', operationName);
  if (variables || variablesText) search.set('variables', variablesText ?? JSON.stringify(variables));
  return String(search);
}

/** The ways to send an operation, with their weights. */
const wraps: readonly (readonly [number, string, Wrap])[] = [
  [45, 'POST', (dice, operation) => post(toJson(operation), { accept: dice.pick(accepts) })],
  [15, 'GET', (dice, operation) => get(dice, searchOf(operation))],
  [10, 'SSE', (_dice, operation) => post(toJson(operation), { accept: 'text/event-stream' })],
  [5, 'broken JSON', (dice, operation) => post(mutate(dice, toJson(operation)))],
  [
    5,
    'odd parameters',
    (dice, operation) => {
      const key = dice.pick(['query', 'operationName', 'variables', 'extensions', 'id', '__proto__', 'constructor']);
      const body: unknown = JSON.parse(`{${JSON.stringify(key)}: ${JSON.stringify(hostileValue(dice))}}`);
      return post(JSON.stringify(dice.chance(70) ? Object.assign({}, operation, body) : body));
    },
  ],
  [
    5,
    'persisted query',
    (dice, { query, ...others }) => {
      const hash = createHash('sha256')
        .update(dice.chance(80) ? query : 'another')
        .digest('hex');
      const persistedQuery = dice.chance(85) ? { version: 1, sha256Hash: hash } : hostileValue(dice);
      const request = { ...others, ...(dice.chance(70) ? { query } : {}), extensions: { persistedQuery } };
      return post(JSON.stringify(request));
    },
  ],
  [3, 'batch', (dice, operation) => post(`[${dice.many(0, 20, () => toJson(operation))}]`)],
  [
    4,
    'other body',
    (dice, operation) => {
      const type = dice.pick([
        ['application/graphql', operation.query],
        ['application/x-www-form-urlencoded', searchOf(operation)],
        ['application/graphql+json', toJson(operation)],
        ['application/json; charset=utf-16', Buffer.from(toJson(operation), 'utf16le')],
        [
          'multipart/form-data; boundary=x',
          `--x\r\ncontent-disposition: form-data; name="query"\r\n\r\n${operation.query}\r\n--x--`,
        ],
        ['text/plain', operation.query],
        ['application/json;;;=', toJson(operation)],
        ['', operation.query],
      ] as const);
      return post(type[1], { 'content-type': type[0] });
    },
  ],
  [
    3,
    'odd headers',
    (dice, operation) => {
      const name = dice.pick([
        'content-encoding',
        'expect',
        'if-none-match',
        'authorization',
        'origin',
        'host',
        'te',
        'x-forwarded-for',
      ]);
      const value = dice.pick(['gzip', '100-continue', '*', 'Bearer x', 'null', '[::1', 'a b', '"', 'x'.repeat(4000)]);
      return post(toJson(operation), { [name]: value });
    },
  ],
  [
    5,
    'odd method or path',
    (dice, operation) => {
      const method = dice.pick(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'GET', 'POST']);
      const path = dice.pick([
        '/graphql',
        '/graphql/',
        '//graphql',
        '/',
        '/health',
        '/graphql/%2e%2e',
        '/%',
        '/graphql?',
        '*',
        '/__proto__',
      ]);
      const body = method === 'POST' || method === 'PUT' ? toJson(operation) : null;
      return { method, path, headers: { 'content-type': 'application/json' }, body };
    },
  ],
];

function get(dice: Dice, search: string): FuzzRequest {
  const isBroken = dice.chance(10);
  const broken = isBroken
    ? search.slice(0, dice.int(0, search.length)) + dice.pick(['%', '%zz', '&query=x', '&variables={', '&extensions=1'])
    : search;
  const method = dice.chance(90) ? 'GET' : 'HEAD';
  return { method, path: `/graphql?${broken}`, headers: { accept: dice.pick(accepts) }, body: null };
}

function wrapOf(dice: Dice): readonly [string, Wrap] {
  let rest = dice.int(0, wraps.reduce((sum, [share]) => sum + share, 0) - 1);
  for (const [share, name, wrap] of wraps) {
    rest -= share;
    if (rest < 0) return [name, wrap];
  }
  throw new RangeError('the shares do not add up');
}

/** Documents, valid, mutated and hostile, in requests of every kind. */
export const documentCases = generated((dice): DocumentCase => {
  const { name, operation } = operationOf(dice);
  const [transport, wrap] = wrapOf(dice);
  return {
    name: `${name} by ${transport}`,
    operation,
    request: wrap(dice, operation),
    times: dice.chance(25) ? dice.int(2, 3) : 1,
  };
});

/** An operation of any kind, to be sent over a socket. */
export function anyOperation(dice: Dice): Operation {
  return operationOf(dice).operation;
}
