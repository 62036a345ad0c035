import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decompress, toCoding } from '../../../../src/server/http/messages/content-coding.ts';
import type { RawAnswer } from '../../../support/server/running-server.ts';
import { type FakeServer, startServer } from '../../../support/server.ts';

const limit = 256 * 1024;

let server: FakeServer;

beforeEach(async () => {
  server = await startServer({ fake: { cached: true } });
});

afterEach(() => server.stop());

function post(body: Buffer, headers: Readonly<Record<string, string>>): Promise<RawAnswer> {
  return server.send({ method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
}

const plain = JSON.stringify({ query: '{ exchanges { id } }' });

const encoded: readonly (readonly [string, Buffer])[] = [
  ['gzip', gzipSync(plain)],
  ['GZIP', gzipSync(plain)],
  ['x-gzip', gzipSync(plain)],
  ['identity, gzip', gzipSync(plain)],
  ['gzip', Buffer.concat([gzipSync(plain.slice(0, 9)), gzipSync(plain.slice(9))])],
  ['deflate', deflateSync(plain)],
  ['deflate', deflateRawSync(plain)],
  ['identity', Buffer.from(plain)],
  ['', Buffer.from(plain)],
];

test.each(encoded)('a body with content-encoding %j is read', async (coding, body) => {
  const { text, status } = await post(body, { 'content-encoding': coding });
  expect([status, JSON.parse(text).errors]).toEqual([200, undefined]);
});

test('a compressed request is the same as an uncompressed one', async () => {
  await server.post('{ exchanges { id } }');
  const before = server.calls;
  expect((await post(gzipSync(plain), { 'content-encoding': 'gzip' })).status).toBe(200);
  expect(server.calls).toBe(before);
});

test.each([
  ['events', { accept: 'text/event-stream' }, '{ a: __typename }', 'data: {"data":{"a":"Query"}}'],
  ['a media type of its own', { 'content-type': 'application/graphql+json; a=b' }, '{ a: __typename }', '"a":"Query"'],
  ['what is refused', {}, '{ nope }', 'Cannot query field'],
])('compressed bodies also work if Yoga answers: %s', async (_name, headers, query, expected) => {
  const body = gzipSync(JSON.stringify({ query }));
  expect((await post(body, { 'content-encoding': 'gzip', ...headers })).text).toContain(expected);
});

test.each(['gzip', 'deflate'])('the size limit of a %s body applies after decompression', async (coding) => {
  const compress = coding === 'gzip' ? gzipSync : deflateSync;
  const largest = `${plain}${' '.repeat(limit - plain.length)}`;
  expect((await post(compress(largest), { 'content-encoding': coding })).status).toBe(200);
  for (const length of [limit + 1, 4_000_000]) {
    const answer = await post(compress(Buffer.alloc(length, ' ')), { 'content-encoding': coding });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.text).errors[0].message).toBe('The body is larger than the maximum of 256 KB.');
  }
});

test('decompression stops as soon as the body is too large', async () => {
  const bomb = gzipSync(Buffer.alloc(64_000_000), { level: 1 });
  const before = process.memoryUsage().arrayBuffers;
  expect(await decompress(bomb, 'gzip', limit)).toBe('too-large');
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * limit);
});

test('a body that is too large before decompression is refused as usual', async () => {
  const answer = await post(Buffer.alloc(limit + 1), { 'content-encoding': 'gzip' });
  expect(answer.status).toBe(413);
});

test.each([
  ['gzip', Buffer.from(plain)],
  ['gzip', gzipSync(plain).subarray(0, -3)],
  ['gzip', Buffer.alloc(0)],
  ['deflate', Buffer.from('{}')],
  ['deflate', deflateSync(plain).subarray(0, -6)],
])('a body that is not valid %s is refused', async (coding, body) => {
  const answer = await post(body, { 'content-encoding': coding });
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.text).errors).toEqual([
    {
      message: `The content-encoding of the body is ${coding}, but the body is not valid ${coding} or is incomplete.`,
      extensions: { retryable: false, code: 'BAD_USER_INPUT' },
    },
  ]);
  expect(answer.headers['access-control-allow-origin']).toBe('*');
  expect((await post(gzipSync(plain), { 'content-encoding': 'gzip' })).status).toBe(200);
});

test.each(['zstd', 'br', 'compress', 'gzip, gzip', 'br, gzip', 'constructor'])(
  'a body with content-encoding %s is refused with the supported codings',
  async (coding) => {
    const answer = await post(Buffer.from(plain), { 'content-encoding': coding });
    expect(answer.status).toBe(415);
    expect(answer.headers['accept-encoding']).toBe('gzip, deflate');
    expect(JSON.parse(answer.text).errors).toEqual([
      {
        message: 'Send the body without compression, or with one of these content-encodings: gzip, deflate.',
        extensions: { retryable: false, code: 'BAD_USER_INPUT' },
      },
    ]);
  },
);

test('a client that disconnects in the middle of a compressed body leaves nothing behind', async () => {
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
  const request = httpRequest(server.url, { method: 'POST', headers });
  request.on('error', () => {});
  request.write(gzipSync(plain).subarray(0, 10));
  await once(request, 'socket');
  request.destroy();
  expect((await post(gzipSync(plain), { 'content-encoding': 'gzip' })).status).toBe(200);
});

test('codings are recognised by name', () => {
  expect([undefined, '', 'identity', ' gzip ', 'gzip,', 'X-GZIP', 'zstd', 'gzip, br'].map(toCoding)).toEqual([
    null,
    null,
    null,
    'gzip',
    'gzip',
    'x-gzip',
    'unknown',
    'unknown',
  ]);
});
