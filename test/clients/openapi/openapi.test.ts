import { Validator } from '@seriousme/openapi-schema-validator';
import createClient from 'openapi-fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { createOpenApi } from '../../../src/server/openapi/document/create-open-api.ts';
import { toExampleUrl } from '../../../src/server/openapi/page/operation-section.ts';
import { type AppServer, startServer } from '../../support/server.ts';
import { getStream } from '../../support/stream-client.ts';
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

const streams = Object.entries(document.paths).flatMap(([path, { get }]) =>
  get && path.startsWith('/api/stream/') ? [[path, get] as const] : [],
);

test.each(streams)('a client watches %s with its example', async (path, operation) => {
  const url = toExampleUrl(
    path,
    operation.parameters.flatMap((each) => ('name' in each ? [each] : [])),
  );
  const stream = await getStream(`${origin}${url}`);
  await expect.poll(() => stream.events.length).toBeGreaterThan(1);
  stream.leave();
  const content = operation.responses[200];
  const described = content && 'content' in content ? content.content?.['text/event-stream'] : undefined;
  if (!described?.['x-event-data']) throw new Error(`the events of ${path} are not described`);
  const findFaults = compileSchema(described['x-event-data'], document.components);
  expect(stream.events.flatMap(({ data }) => findFaults(JSON.parse(data ?? 'null')))).toEqual([]);
});
