import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import createClient from 'openapi-fetch';
import openapiTS, { astToString } from 'openapi-typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { createOpenApi } from '../../../src/server/openapi/create-open-api.ts';
import { type AppServer, startServer } from '../../support/server.ts';
import { checkTypes } from '../page/check-types.ts';
import { compileSchema } from './compile-schema.ts';

// Foreign tools read the OpenAPI document that the server gives.

const document = createOpenApi({ schema, version: '1', requiresKey: false });

let server: AppServer;
let origin: string;

beforeAll(async () => {
  server = await startServer({ config: { exchanges: ['sim'] } });
  origin = new URL(server.url).origin;
});

afterAll(() => server.stop());

async function load(): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(`${origin}/api/openapi.json`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  return response.json();
}

test('a validator finds nothing wrong', async () => {
  const result = await new Validator().validate(structuredClone(await load()));
  expect(result).toMatchObject({ valid: true });
});

test('the types that are generated from it fit what a user writes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tickql-openapi-'));
  try {
    const types = astToString(await openapiTS(JSON.stringify(await load())));
    writeFileSync(join(folder, 'types.ts'), types);
    const use = `import type { paths } from './types';
type Get<P extends keyof paths> = paths[P] extends { get: infer G } ? G : never;
type Body<P extends keyof paths> = Get<P> extends { responses: { 200: { content: { 'application/json': infer B } } } } ? B : never;
declare const ticker: Body<'/api/ticker/{exchange}/{symbol}'>;
export const last: number | null = ticker.last;
export const stale: boolean = ticker.stale;
// @ts-expect-error there is no such member
export const wrong = ticker.price;
`;
    writeFileSync(join(folder, 'use.ts'), use);
    expect(await checkTypes(folder, ['use.ts'])).toBe('');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

type Parameters = readonly { readonly name: string; readonly in: string; readonly example?: unknown }[];

/** The examples of an operation, as a client sends them. */
function toParams(parameters: readonly object[]): { path: Record<string, unknown>; query: Record<string, unknown> } {
  const given: Parameters = parameters.flatMap((parameter) =>
    'name' in parameter && 'in' in parameter
      ? [
          {
            name: String(parameter.name),
            in: String(parameter.in),
            ...('example' in parameter ? { example: parameter.example } : {}),
          },
        ]
      : [],
  );
  const select = (place: string): Record<string, unknown> =>
    Object.fromEntries(
      given
        .filter((each) => each.in === place && each.example !== undefined)
        .map(({ name, example }) => [name, example]),
    );
  return { path: select('path'), query: select('query') };
}

const operations = Object.entries(document.paths).flatMap(([path, { get }]) =>
  get && !path.startsWith('/api/stream/') ? [[path, get] as const] : [],
);

test.each(operations)('a client gets %s with its example', async (path, operation) => {
  const client = createClient<Record<string, Record<'get', never>>>({
    baseUrl: origin,
    querySerializer: { array: { style: 'form', explode: false } },
  });
  const request: unknown = Reflect.get(client, 'GET');
  if (typeof request !== 'function') throw new TypeError('the client has no GET');
  const { data, response } = await request(path, { params: toParams(operation.parameters) });
  expect(response.status).toBe(200);
  const { 200: answer } = operation.responses;
  const described = answer && 'content' in answer ? answer.content?.['application/json']?.schema : undefined;
  if (!described) throw new Error(`the answer of ${path} is not described`);
  expect(compileSchema(described, document.components)(data)).toEqual([]);
});

test('an error is the problem that the document describes', async () => {
  const response = await fetch(`${origin}/api/ticker/sim/NO-NE`);
  expect([response.status, response.headers.get('content-type')]).toEqual([
    404,
    'application/problem+json; charset=utf-8',
  ]);
  const problem = await response.json();
  const described = Object.keys(document.components.schemas.Problem?.properties ?? {});
  expect(Object.keys(problem).filter((name) => !described.includes(name))).toEqual([]);
});
