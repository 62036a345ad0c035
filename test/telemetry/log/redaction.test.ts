import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createRedaction } from '../../../src/telemetry/log/redaction.ts';

const options = {
  binance: {
    apiKey: 'k3y-of-binance',
    secret: '-----BEGIN KEY-----\nMIIE+/=\n',
    rateLimit: 50,
    hostname: 'binance.us',
  },
  kraken: { httpsProxy: 'http://me:pr0xy-pass@10.0.0.1:3128', headers: { Authorization: 'Bearer b34rer' } },
  coinbase: { socksProxy: 'socks5://m%40e:p%40ss:w%2Frd@10.0.0.2:1080', wsProxy: 'http://10.0.0.3:3128' },
  gate: { proxyUrl: 'https://relay.example/path-t0ken/' },
};

function write(err: Error): string {
  const lines: string[] = [];
  const hooks = { streamWrite: createRedaction(options) };
  const log = pino({ level: 'debug', hooks }, { write: (line: string) => void lines.push(line) });
  log.debug({ err }, err.message);
  log.error(err);
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  return lines.join('');
}

test('no line contains the query of a URL, with keys and signatures, or a password', () => {
  const address = 'https://u:hunter2@api.binance.us/sapi/v1/config?timestamp=1&signature=5167a7e';
  const text = write(new Error(`binance GET ${address} 418 {"code":-1003}`, { cause: new Error(address) }));
  expect(text).not.toMatch(/signature|5167a7e|hunter2|timestamp=/);
  expect(text).toContain('binance GET https://[hidden]@api.binance.us/sapi/v1/config?[hidden] 418');
});

test('no line contains the password of Redis', () => {
  const text = write(new Error('cannot reach rediss://u:hunter2@redis.example:6379/0'));
  expect(text).not.toContain('hunter2');
  expect(text).toContain('rediss://[hidden]@redis.example:6379/0');
});

test.each(['k3y-of-binance', options.binance.secret, encodeURIComponent(options.binance.secret), 'b34rer'])(
  'no line contains %j from the exchange file, even if an exchange repeats it',
  (secret) => {
    const repeated = secret === 'b34rer' ? options.kraken.headers.Authorization : secret;
    const text = write(new Error(`kraken POST refused ${repeated}`, { cause: new Error(repeated) }));
    expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
    expect(text).toContain('refused [hidden]');
  },
);

test.each([
  'pr0xy-pass',
  'p%40ss:w%2Frd',
  'p@ss:w/rd',
  options.coinbase.socksProxy,
  Buffer.from('me:pr0xy-pass').toString('base64'),
  Buffer.from('m@e:p@ss:w/rd').toString('base64'),
  'https://relay.example/path-t0ken/',
])('no line contains %j of a proxy', (secret) => {
  const text = write(new Error(`refused ${secret}`, { cause: new Error(secret) }));
  expect(text).not.toContain(secret);
  expect(text).toContain('refused [hidden]');
});

test('host and port of a proxy stay, so that an operator knows which one it is', () => {
  const text = write(new Error('http://me:pr0xy-pass@10.0.0.1:3128/ http://10.0.0.1:3128 http://10.0.0.3:3128'));
  expect(text).toContain('[hidden] http://10.0.0.1:3128 http://10.0.0.3:3128');
});

test('text that is not secret stays', () => {
  expect(write(new Error('binance.us at 50 ms'))).toContain('binance.us at 50 ms');
});
