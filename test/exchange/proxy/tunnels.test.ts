import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type ProxyServer, readAddress } from '../../../src/exchange/proxy/address.ts';
import { ProxyError } from '../../../src/exchange/proxy/proxy-error.ts';
import { ProxyTunnels } from '../../../src/exchange/proxy/tunnels.ts';
import { findFreePort } from '../../support/programs/loopback-program.ts';
import { createConnectProxy, createWireProxy, type WireServer } from '../../support/programs/wire-proxies.ts';
import { eventually } from '../../support/socket-client.ts';

const target = { host: 'api.exchange.test', port: 443 };

function toProxy(address: string): ProxyServer {
  const isSocks = address.startsWith('socks');
  const proxy = readAddress(isSocks ? 'socksProxy' : 'httpProxy', address, isSocks ? 'socks' : 'http');
  if (typeof proxy === 'string') throw new Error(proxy);
  return proxy;
}

function toTunnels({ port }: Pick<WireServer, 'port'>, scheme = 'http', timeoutMs = 5000): ProxyTunnels {
  const tunnels = new ProxyTunnels(toProxy(`${scheme}://me:pr0xy-pass@127.0.0.1:${port}`), timeoutMs);
  onTestFinished(() => tunnels.close());
  return tunnels;
}

async function openProxy(answer: Parameters<typeof createWireProxy>[0]): Promise<WireServer> {
  const proxy = await createWireProxy(answer);
  onTestFinished(proxy.close);
  return proxy;
}

/** The ProxyError that the promise rejects with; anything else fails the test. */
async function failureOf(promise: Promise<unknown>): Promise<ProxyError> {
  const outcome = await promise.catch((error: unknown) => error);
  if (!(outcome instanceof ProxyError)) throw new Error('not a ProxyError', { cause: outcome });
  expect(`${outcome.message} ${JSON.stringify(outcome)} ${outcome.stack}`).not.toMatch(/pr0xy-pass|bWU6/);
  return outcome;
}

test('an HTTP proxy receives the target by name, and the login of its own address', async () => {
  const proxy = await openProxy((_, socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\nfirst words'));
  const socket = await toTunnels(proxy).open(target, null);
  const [words] = await once(socket, 'data');
  expect(String(words)).toBe('first words');
  const basic = Buffer.from('me:pr0xy-pass').toString('base64');
  expect(proxy.asked).toEqual([
    expect.stringMatching(
      new RegExp(
        `^CONNECT api\\.exchange\\.test:443 HTTP/1\\.1\r\nhost: api\\.exchange\\.test:443\r\n.*${basic}`,
        'is',
      ),
    ),
  ]);
  socket.destroy();
});

test('an IPv6 address is written in brackets', async () => {
  const proxy = await openProxy((_, socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\n'));
  const socket = await toTunnels(proxy).open({ host: '2001:db8::1', port: 8443 }, null);
  expect(proxy.asked[0]).toContain('CONNECT [2001:db8::1]:8443 ');
  socket.destroy();
});

test('a SOCKS 4a proxy receives the target by name', async () => {
  const proxy = await openProxy((_, socket) => void socket.write(Buffer.from([0, 90, 0, 0, 0, 0, 0, 0])));
  const tunnels = new ProxyTunnels(toProxy(`socks4a://me@127.0.0.1:${proxy.port}`), 5000);
  const socket = await tunnels.open(target, null);
  expect(proxy.asked).toEqual(['\x04\x01\x01\xbb\0\0\0\x01me\0api.exchange.test\0']);
  socket.destroy();
});

test('a SOCKS 4 proxy, which accepts no names, gets the IPv4 address', async () => {
  const proxy = await openProxy((_, socket) => void socket.write(Buffer.from([0, 90, 0, 0, 0, 0, 0, 0])));
  const tunnels = new ProxyTunnels(toProxy(`socks4://127.0.0.1:${proxy.port}`), 5000);
  const socket = await tunnels.open({ host: 'localhost', port: 80 }, null);
  expect(proxy.asked).toEqual(['\x04\x01\0\x50\x7f\0\0\x01\0']);
  socket.destroy();
  expect((await failureOf(tunnels.open({ host: 'nowhere.invalid', port: 80 }, null))).message).toMatch(
    /was not used: SOCKS 4 needs the IPv4 address of nowhere\.invalid/,
  );
});

test.each([
  [407, 'requires a username and password, or rejected those in its address (HTTP 407)'],
  [401, 'requires a username and password, or rejected those in its address (HTTP 401)'],
  [403, 'refused to connect to api.exchange.test:443 (HTTP 403)'],
  [302, 'refused to connect to api.exchange.test:443 (HTTP 302)'],
  [502, 'could not connect to api.exchange.test:443 (HTTP 502)'],
])('HTTP %i from a proxy is a failure of the proxy, not of the exchange', async (status, sentence) => {
  const proxy = await openProxy((_, socket) => void socket.write(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`));
  const { message } = await failureOf(toTunnels(proxy).open(target, null));
  expect(message).toBe(`The proxy http://127.0.0.1:${proxy.port} (httpProxy) ${sentence}.`);
  await eventually(() => proxy.openSockets === 0);
});

test.each(['http', 'socks5'])('a %s proxy that sends nonsense or hangs up has failed', async (scheme) => {
  const rude = await openProxy((_, socket) => socket.destroy());
  expect((await failureOf(toTunnels(rude, scheme).open(target, null))).message).toContain(`127.0.0.1:${rude.port}`);
  const drunk = await openProxy((_, socket) => void socket.write('SSH-2.0-OpenSSH_9.2\r\n\r\n'));
  expect((await failureOf(toTunnels(drunk, scheme).open(target, null))).message).toContain(`127.0.0.1:${drunk.port}`);
});

test.each(['http', 'socks5'])('a %s proxy that is not running cannot be reached', async (scheme) => {
  const port = await findFreePort();
  const { message } = await failureOf(toTunnels({ port }, scheme).open(target, null));
  expect(message).toMatch(/cannot be reached or broke the connection \(ECONNREFUSED\)\.$/);
});

test.each(['http', 'socks5'])('a silent %s proxy is given up in time', async (scheme) => {
  const proxy = await openProxy(() => {});
  const { message } = await failureOf(toTunnels(proxy, scheme, 50).open(target, null));
  expect(message).toMatch(/did not open a connection in time\.$/);
  await eventually(() => proxy.openSockets === 0);
});

test('a target that is silent during the TLS handshake is given up in time', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void silent.close());
  await once(silent, 'listening');
  const proxy = await createConnectProxy();
  onTestFinished(proxy.close);
  const address = silent.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const opening = toTunnels(proxy, 'http', 50).open({ host: '127.0.0.1', port }, { servername: '' });
  expect((await failureOf(opening)).message).toMatch(/did not open a connection in time\.$/);
  await eventually(() => proxy.openSockets === 0);
});

test.each(['http', 'socks5'])(
  'closing aborts connections that %s is opening, and no more are opened',
  async (scheme) => {
    const proxy = await openProxy(() => {});
    const tunnels = toTunnels(proxy, scheme);
    const opening = failureOf(tunnels.open(target, null));
    await eventually(() => proxy.asked.length === 1);
    tunnels.close();
    await opening;
    await eventually(() => proxy.openSockets === 0);
    await failureOf(tunnels.open(target, null));
    expect(proxy.asked).toHaveLength(1);
  },
);
