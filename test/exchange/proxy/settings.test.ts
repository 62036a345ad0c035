import { describe, expect, test } from 'vitest';
import { findOptionFault } from '../../../src/exchange/clients/option-fault.ts';
import { mayStream, readProxySettings, withoutProxies } from '../../../src/exchange/proxy/settings.ts';

type Options = Readonly<Record<string, unknown>>;

const http = 'http://proxy.example:3128';
const socks = 'socks5://proxy.example:1080';
const relay = 'https://relay.example/';

function faultOf(options: Options): string | null {
  return findOptionFault('binance', options, true);
}

const httpAddress =
  'must be the address of an HTTP proxy without a path, such as http://proxy.example:3128 or https://proxy.example.';
const socksAddress = 'must be the address of a SOCKS proxy without a path, such as socks5://proxy.example:1080.';
const relayAddress =
  "must be an http or https address to which the exchange's addresses are appended, such as https://relay.example/ or https://relay.example/?url=.";

describe('options that cannot work are refused with a sentence', () => {
  test.each<[Options, string]>([
    [
      { httpProxy: http, httpsProxy: http },
      'binance has both httpProxy and httpsProxy, and each of them would apply to all',
    ],
    [{ httpProxy: http, socksProxy: socks }, 'keep one of them.'],
    [{ httpProxy: http, http_proxy: http }, 'binance has both httpProxy and http_proxy'],
    [{ httpProxy: http, proxyUrl: relay }, 'binance has both httpProxy and proxyUrl'],
    [{ proxyUrl: relay, proxy_url: relay }, 'binance has both proxyUrl and proxy_url'],
    [{ proxyUrl: relay, proxy: relay }, 'binance has both proxyUrl and proxy,'],
    [
      { wsProxy: http, wssProxy: http },
      'binance has both wsProxy and wssProxy, and each of them would apply to all streams',
    ],
    [{ wsProxy: http, wsSocksProxy: socks }, 'binance has both wsProxy and wsSocksProxy'],
    [{ httpProxy: 'proxy.example:3128' }, `httpProxy of binance ${httpAddress}`],
    [{ httpProxy: '10.0.0.1:3128' }, `httpProxy of binance ${httpAddress}`],
    [{ httpProxy: 'ftp://proxy.example' }, `httpProxy of binance ${httpAddress}`],
    [{ httpProxy: 'http://' }, `httpProxy of binance ${httpAddress}`],
    [{ httpProxy: 'http://proxy.example:0' }, `httpProxy of binance ${httpAddress}`],
    [{ httpProxy: 'http://proxy.example:99999' }, `httpProxy of binance ${httpAddress}`],
    [{ httpProxy: 'http://proxy.example/?url=' }, `httpProxy of binance ${httpAddress}`],
    [{ https_proxy: socks }, `https_proxy of binance ${httpAddress}`],
    [{ wssProxy: 'wss://proxy.example' }, `wssProxy of binance ${httpAddress}`],
    [{ httpProxy: '' }, `httpProxy of binance ${httpAddress}`],
    [{ httpProxy: null }, `httpProxy of binance ${httpAddress}`],
    [{ httpProxy: true }, `httpProxy of binance ${httpAddress}`],
    [{ httpProxy: { host: 'proxy.example' } }, `httpProxy of binance ${httpAddress}`],
    [{ socksProxy: http }, `socksProxy of binance ${socksAddress}`],
    [{ ws_socks_proxy: 'socks6://proxy.example' }, `ws_socks_proxy of binance ${socksAddress}`],
    [
      { socksProxy: 'socks4://me:pr0xy-pass@proxy.example' },
      'socksProxy of binance must be a socks5 address if it has',
    ],
    [{ socksProxy: `socks5://me:${'p'.repeat(256)}@proxy.example` }, 'have at most 255 bytes each.'],
    [{ proxyUrl: 'relay.example/' }, `proxyUrl of binance ${relayAddress}`],
    [{ proxyUrl: 'ftp://relay.example/' }, `proxyUrl of binance ${relayAddress}`],
    [{ proxy: 'https://relay.example/#here' }, `proxy of binance ${relayAddress}`],
    [{ proxyUrl: '' }, `proxyUrl of binance ${relayAddress}`],
    [
      { httpProxyCallback: http },
      'httpProxyCallback of binance must be a function, which a file cannot hold; give httpProxy',
    ],
    [{ proxy_url_callback: relay }, 'must be a function, which a file cannot hold; give proxy_url instead.'],
    [
      { agent: { proxy: http } },
      'agent of binance must be an object created in code, which a file cannot hold; give httpProxy',
    ],
    [{ httpsAgent: {} }, 'httpsAgent of binance must be an object created in code'],
    [{ fetchImplementation: 'fetch' }, 'fetchImplementation of binance must be an object created in code'],
    [{ httpsproxy: http }, 'binance has httpsproxy, which is not a proxy option of ccxt; did you mean httpsProxy?'],
    [{ aiohttp_proxy: http }, 'binance has aiohttp_proxy, which is not a proxy option of ccxt; did you mean http'],
    [{ proxies: { http } }, 'binance has proxies, which is not a proxy option of ccxt; did you mean'],
    [{ options: { httpProxy: http } }, 'binance has httpProxy within its options, where ccxt does not read it'],
    [{ sandbox: 'true' }, 'sandbox of binance must be true or false.'],
  ])('%j', (options, sentence) => {
    const fault = faultOf(options);
    expect(fault).toContain(sentence);
    expect(fault).toMatch(/^[^\n]+\.$|\?$/);
  });

  test.each(['httpProxy', 'socksProxy', 'wsProxy', 'proxyUrl'])(
    'the message does not contain the password of %s',
    (option) => {
      for (const address of [
        'me:pr0xy-pass@proxy.example:3128',
        'ftp://me:pr0xy-pass@proxy.example',
        'http://me:pr0xy-pass@',
      ]) {
        expect(faultOf({ [option]: address })).not.toMatch(/pr0xy-pass|me:/);
      }
      expect(faultOf({ [option]: 'http://me:pr0xy-pass@proxy.example', [`${option}Old`]: 'pr0xy-pass' })).not.toMatch(
        /pr0xy/,
      );
    },
  );

  test('a test network is requested for an exchange that has none', () => {
    expect(findOptionFault('kraken', { sandbox: true }, false)).toBe(
      'kraken has no test network; remove sandbox from its options.',
    );
    expect(findOptionFault('kraken', { sandbox: true, urls: { test: 'http://127.0.0.1' } }, false)).toBeNull();
    expect(findOptionFault('kraken', { sandbox: false }, false)).toBeNull();
    expect(findOptionFault('binance', { sandbox: true }, true)).toBeNull();
  });
});

test('each spelling of ccxt is read, for requests and streams', () => {
  const proxy = { protocol: 'http', host: 'proxy.example', port: 3128, user: '', password: '' };
  for (const option of ['httpProxy', 'http_proxy', 'httpsProxy', 'https_proxy']) {
    const named = { option, ...proxy };
    expect(readProxySettings('binance', { [option]: http })).toEqual({ requests: named, streams: named, relay: null });
  }
  for (const option of ['wsProxy', 'ws_proxy', 'wssProxy', 'wss_proxy']) {
    const expected = { requests: null, streams: { option, ...proxy }, relay: null };
    expect(readProxySettings('binance', { [option]: http })).toEqual(expected);
  }
  for (const option of ['socksProxy', 'socks_proxy']) {
    expect(readProxySettings('binance', { [option]: socks })).toMatchObject({
      requests: { option, protocol: 'socks5' },
    });
  }
  for (const option of ['wsSocksProxy', 'ws_socks_proxy']) {
    expect(readProxySettings('binance', { [option]: socks })).toMatchObject({ requests: null, streams: { option } });
  }
  for (const option of ['proxyUrl', 'proxy_url', 'proxy']) {
    const expected = { requests: null, streams: null, relay: { prefix: relay, authorization: null } };
    expect(readProxySettings('binance', { [option]: relay })).toEqual(expected);
  }
});

test.each([
  ['http://proxy.example', { protocol: 'http', host: 'proxy.example', port: 80 }],
  ['https://proxy.example', { protocol: 'https', port: 443 }],
  ['http://[::1]:3128/', { host: '::1', port: 3128 }],
  ['http://me@proxy.example', { user: 'me', password: '' }],
  ['http://m%40e:p%3Ass@proxy.example', { user: 'm@e', password: 'p:ss' }],
  ['http://me:100%@proxy.example', { password: '100%' }],
  ['socks://proxy.example', { protocol: 'socks5', port: 1080 }],
  ['socks5h://proxy.example:9050', { protocol: 'socks5', port: 9050 }],
  ['socks4://me@proxy.example', { protocol: 'socks4', user: 'me' }],
  ['socks4a://proxy.example', { protocol: 'socks4a' }],
])('%s', (address, proxy) => {
  const option = address.startsWith('socks') ? 'socksProxy' : 'httpProxy';
  expect(readProxySettings('binance', { [option]: address }).requests).toMatchObject({ option, ...proxy });
});

test('the login of a relay is a header, and not part of the requested URLs', () => {
  expect(readProxySettings('binance', { proxyUrl: 'https://me:p%40ss@relay.example?url=' }).relay).toEqual({
    prefix: 'https://relay.example/?url=',
    authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
  });
});

test('streams bypass a relay only through their own proxy', () => {
  expect(mayStream({})).toBe(true);
  expect(mayStream({ httpProxy: http })).toBe(true);
  expect(mayStream({ proxyUrl: relay })).toBe(false);
  expect(mayStream({ proxy: relay })).toBe(false);
  expect(mayStream({ proxy_url: relay, wsSocksProxy: socks })).toBe(true);
});

test('ccxt gets all options except those of proxies', () => {
  const options = { apiKey: 'k', httpProxy: http, ws_proxy: http, proxy: relay, hostname: 'binance.us' };
  expect(withoutProxies(options)).toEqual({ apiKey: 'k', hostname: 'binance.us' });
});
