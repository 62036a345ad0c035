import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';

// The checks that graphql-cop publishes (github.com/dolevf/graphql-cop, lib/tests), each with the query that it sends,
// and what this server does about it on purpose.

let running: AppServer;

beforeEach(async () => {
  running = await startServer();
});

afterEach(() => running.stop());

async function post(body: unknown, type = 'application/json') {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(running.url, { method: 'POST', headers: { 'content-type': type }, body: text });
  return { status: response.status, ...(await response.json()) };
}

const cop = (query: string) => post({ query, operationName: 'cop' });

async function get(query: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${running.url}?query=${encodeURIComponent(query)}`, { headers });
  return { status: response.status, text: await response.text() };
}

test('alias overloading: 101 aliases are refused', async () => {
  const aliases = Array.from({ length: 101 }, (_, index) => `alias${index}:__typename`).join(' ');
  const { status, data, errors } = await cop(`query cop { ${aliases} }`);
  expect([status, data]).toEqual([400, undefined]);
  expect(errors).toEqual([
    {
      message: 'The document has 101 aliases; it may have at most 100.',
      extensions: { code: 'QUERY_TOO_COMPLEX', retryable: false },
    },
  ]);
});

test.each([10, 1, 0])('array-based batching: an array of %d is refused', async (count) => {
  const { status, errors } = await post(Array.from({ length: count }, () => ({ query: 'query cop { __typename }' })));
  expect(status).toBe(400);
  expect(errors).toEqual([
    { message: 'Batching is not supported.', extensions: { code: 'BAD_USER_INPUT', retryable: false } },
  ]);
});

test('circular introspection is refused', async () => {
  const { status, data, errors } = await cop(
    'query cop { __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }',
  );
  expect([status, data]).toEqual([200, undefined]);
  expect(errors[0].message).toBe('Maximum introspection depth exceeded');
});

test('directive overloading: ten directives in one place are refused with one error', async () => {
  const { status, errors } = await cop('query cop { __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }');
  expect(status).toBe(400);
  expect(errors.map(({ message }: Error) => message)).toEqual([
    'The document has 10 directives in one place; it may have at most 5.',
  ]);
});

test('field duplication: one field five hundred times is refused', async () => {
  const { status, data, errors } = await cop(`query cop { ${'__typename \n'.repeat(500)} }`);
  expect([status, data]).toEqual([400, undefined]);
  expect(errors[0].message).toContain('selects __typename 500 times in one place; it may do so at most 50 times.');
});

describe('introspection and suggestions from the schema', () => {
  const introspection = 'query cop { __schema { types { name fields { name } } } }';
  const misspelt = 'query cop { __schema { directive } }';

  test('introspection is on, because the data is public and clients are generated from the schema', async () => {
    expect((await cop(introspection)).data.__schema.types.length).toBeGreaterThan(20);
  });

  test('field suggestions are on as long as introspection is', async () => {
    expect((await cop(misspelt)).errors[0].message).toContain('Did you mean "directives"?');
  });

  test('both are off with INTROSPECTION=false, and __typename remains', async () => {
    await running.stop();
    running = await startServer({ config: { introspection: false } });
    const { data, errors } = await cop(introspection);
    expect(data).toBeUndefined();
    expect(errors[0].message).toContain('GraphQL introspection has been disabled');
    expect((await cop('query cop { __type(name: "Query") { name } }')).data).toBeUndefined();
    const wrong = [misspelt, '{ tickr }', '{ ticker(exchang: "a") { lst } }', '{ exchanges(has: [TICKR]) { id } }'];
    for (const query of wrong) expect(JSON.stringify(await post({ query }))).not.toContain('Did you mean');
    const variable = await post({
      query: 'query ($has: [Capability!]) { exchanges(has: $has) { id } }',
      variables: { has: ['TICKR'] },
    });
    expect(variable.errors[0].message).toContain('does not exist in "Capability" enum.');
    expect(JSON.stringify(variable)).not.toContain('Did you mean');
    expect((await cop('query cop { __typename }')).data).toEqual({ __typename: 'Query' });
  });
});

test('GraphQL IDE: GraphiQL is there for a browser, on purpose', async () => {
  const { status, text } = await get('', { accept: 'text/html' });
  expect(status).toBe(200);
  expect(text).toContain('GraphiQL');
});

test('GET queries are answered: they read public data, change nothing and can be cached', async () => {
  const { status, text } = await get('query cop {__typename}');
  expect([status, JSON.parse(text)]).toEqual([200, { data: { __typename: 'Query' } }]);
});

test('mutations with GET are refused: the schema has none', async () => {
  const { status, text } = await get('mutation cop {__typename}');
  expect([status, JSON.parse(text).data]).toEqual([405, undefined]);
});

test.each([
  ['application/x-www-form-urlencoded', 'query=query+cop+%7B+__typename+%7D'],
  ['application/x-www-form-urlencoded', 'query=mutation+cop+%7B+__typename+%7D'],
  ['text/plain', '{"query":"query cop { __typename }"}'],
  ['multipart/form-data; boundary=x', '--x\r\ncontent-disposition: form-data; name="query"\r\n\r\n{a}\r\n--x--\r\n'],
  ['application/graphql', 'query cop { __typename }'],
])('POST of %s, which a form of another page could send, is refused', async (type, body) => {
  const { status, data, errors } = await post(body, type);
  expect([status, data]).toEqual([415, undefined]);
  expect(errors[0].message).toBe('Send the request as JSON, with content-type: application/json.');
});

test('trace mode: no answer contains extensions', async () => {
  const answer = await cop('query cop { __typename }');
  expect(answer).toEqual({ status: 200, data: { __typename: 'Query' } });
});

test('unhandled errors: a syntax error is answered with our own error, without internal details', async () => {
  const { data, errors } = await cop('qwerty cop { abc }');
  expect(data).toBeUndefined();
  expect(errors).toEqual([
    {
      message: 'Syntax Error: Unexpected Name "qwerty".',
      locations: [{ line: 1, column: 1 }],
      extensions: { code: 'BAD_USER_INPUT', retryable: false },
    },
  ]);
});
