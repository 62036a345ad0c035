import { expect, test } from 'vitest';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { createOpenApi } from '../../../src/server/openapi/document/create-open-api.ts';
import type { MediaTypeObject, Operation } from '../../../src/server/openapi/document/open-api.ts';
import { toExampleUrl } from '../../../src/server/openapi/page/operation-section.ts';
import { toComponentName } from '../../../src/server/openapi/page/type-text.ts';
import { startServer } from '../../support/server.ts';
import { getStream } from '../../support/stream-client.ts';
import { DescribedAnswers } from './described-answer.ts';

// The examples of answers against the schemas beside them. That they are what a server answers is tested where they are
// recorded, except for streams, whose examples are made from the answers of queries.

const document = createOpenApi({ schema, version: '1', requiresKey: false });
const described = new DescribedAnswers(document);

const operations = Object.entries(document.paths).flatMap(([path, { get, post }]) =>
  [get, post].flatMap((operation) => (operation ? { path, operation } : [])),
);

const answers = operations.flatMap(({ path, operation }) => {
  const answer = operation.responses[200];
  const content = answer && 'content' in answer ? Object.entries(answer.content ?? {}) : [];
  return content.map(([mediaType, body]) => ({ id: operation.operationId, path, operation, mediaType, body }));
});

function toEventData(example: unknown): readonly unknown[] {
  return [...String(example).matchAll(/^data: (.*)$/gm)].map(([, json = '']) => JSON.parse(json));
}

function findFaults({ schema: whole, example, 'x-event-data': event }: MediaTypeObject): readonly string[] {
  if (!event) return described.findValueFaults(whole, example);
  const values = toEventData(example);
  expect(values.length).toBeGreaterThan(1);
  return values.flatMap((value) => described.findValueFaults(event, value));
}

test.each(answers)('$id: the example of $mediaType fits its schema', ({ body }) => {
  expect(findFaults(body)).toEqual([]);
});

test('the example of every error fits its schema, and has the status to which it belongs', () => {
  const references = operations.flatMap(({ operation }) =>
    Object.entries(operation.responses).flatMap(([status, each]) => ('$ref' in each ? [[status, each.$ref]] : [])),
  );
  for (const [status, reference = ''] of references) {
    const { content = {} } = document.components.responses[toComponentName(reference)] ?? {};
    const [body] = Object.values(content);
    expect(body && findFaults(body)).toEqual([]);
    expect(body?.example).toMatchObject({ status: Number(status) });
  }
  expect(new Set(references.map(([status]) => status)).size).toBe(11);
});

/** What tells two shapes apart: the names and the types of members, and the shapes of the members of lists. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((item) => JSON.stringify(shapeOf(item))))].sort();
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]));
}

function urlOf(path: string, { parameters }: Operation): string {
  return toExampleUrl(
    path,
    parameters.flatMap((each) => ('name' in each ? [each] : [])),
  );
}

const streams = answers.filter(({ mediaType }) => mediaType === 'text/event-stream');

test.each(streams)('$id sends events like those of its example', { timeout: 30_000 }, async (answer) => {
  await using server = await startServer({ config: { exchanges: ['sim'] } });
  const stream = await getStream(`${server.origin}${urlOf(answer.path, answer.operation)}`);
  await expect.poll(() => stream.events.length, { timeout: 20_000 }).toBeGreaterThan(0);
  stream.leave();
  const [event] = stream.events;
  const [value] = toEventData(answer.body.example);
  expect(shapeOf(value)).toEqual(shapeOf(JSON.parse(event?.data ?? 'null')));
  expect(/^id: /.test(String(answer.body.example))).toBe(event?.id !== null);
});
