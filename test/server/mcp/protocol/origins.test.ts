import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { createMcpCors, isOriginAllowed } from '../../../../src/server/mcp/protocol/origins.ts';

function requestWith(headers: Readonly<Record<string, string>>): IncomingMessage {
  return Object.assign(new IncomingMessage(new Socket()), { headers });
}

test.each([
  ['a client that is no page', {}, true],
  ['a request of the user in a browser', { 'sec-fetch-site': 'none' }, true],
  ['a page of the same origin whose browser sends no Origin', { 'sec-fetch-site': 'same-origin' }, false],
  ['localhost', { origin: 'http://localhost:6274' }, true],
  ['a name below localhost', { origin: 'http://inspector.localhost:6274' }, true],
  ['127.0.0.1', { origin: 'http://127.0.0.1:1' }, true],
  ['another loopback address', { origin: 'https://127.1.2.3' }, true],
  ['the loopback address of IPv6', { origin: 'http://[::1]:6274' }, true],
  ['an allowed origin', { origin: 'https://app.example.com' }, true],
  ['an allowed name with another port', { origin: 'https://app.example.com:8443' }, false],
  ['an allowed name with another scheme', { origin: 'http://app.example.com' }, false],
  ['another site', { origin: 'https://evil.example' }, false],
  ['a name that is rebound: Origin and Host agree', { origin: 'http://evil.example', host: 'evil.example' }, false],
  ['a name that begins like a loopback address', { origin: 'http://127.0.0.1.evil.example' }, false],
  ['a name that begins with localhost', { origin: 'http://localhost.evil.example' }, false],
  ['a name that ends like localhost', { origin: 'http://evillocalhost' }, false],
  ['the address of all interfaces', { origin: 'http://0.0.0.0' }, false],
  ['a page without an origin', { origin: 'null' }, false],
  ['a page of a file', { origin: 'file://' }, false],
  ['a browser extension', { origin: 'chrome-extension://localhost' }, false],
  ['no URL', { origin: 'localhost' }, false],
  ['an empty origin', { origin: '' }, false],
])('%s', (_what, headers: Readonly<Record<string, string>>, isAllowed) => {
  const origins = ['https://app.example.com'];
  const request = requestWith(headers);
  expect(isOriginAllowed(request, origins)).toBe(isAllowed);
  const cors = createMcpCors(origins).headersFor(request);
  expect(cors.vary).toBe('Origin');
  expect(cors['access-control-allow-origin']).toBe(isAllowed && headers.origin ? headers.origin : undefined);
});

test('without CORS_ORIGINS, only pages of this machine are allowed', () => {
  expect(isOriginAllowed(requestWith({ origin: 'https://app.example.com' }), null)).toBe(false);
  expect(isOriginAllowed(requestWith({ origin: 'http://localhost:3000' }), null)).toBe(true);
});
