import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createRedaction } from '../src/redaction.ts';

const options = {
  binance: {
    apiKey: 'k3y-of-binance',
    secret: '-----BEGIN KEY-----\nMIIE+/=\n',
    rateLimit: 50,
    hostname: 'binance.us',
  },
  kraken: { httpsProxy: 'http://me:pr0xy-pass@10.0.0.1:3128', headers: { Authorization: 'Bearer b34rer' } },
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

test('no line holds a query of an address, where keys and signatures are, nor a password', () => {
  const address = 'https://u:hunter2@api.binance.us/sapi/v1/config?timestamp=1&signature=5167a7e';
  const text = write(new Error(`binance GET ${address} 418 {"code":-1003}`, { cause: new Error(address) }));
  expect(text).not.toMatch(/signature|5167a7e|hunter2|timestamp=/);
  expect(text).toContain('binance GET https://[hidden]@api.binance.us/sapi/v1/config?[hidden] 418');
});

test.each(['k3y-of-binance', options.binance.secret, encodeURIComponent(options.binance.secret), 'b34rer'])(
  'no line holds %j of the exchange file, wherever an exchange says it',
  (secret) => {
    const spoken = secret === 'b34rer' ? options.kraken.headers.Authorization : secret;
    const text = write(new Error(`kraken POST refused ${spoken}`, { cause: new Error(spoken) }));
    expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
    expect(text).toContain('refused [hidden]');
  },
);

test('what is no secret stays', () => {
  expect(write(new Error('binance.us at 50 ms'))).toContain('binance.us at 50 ms');
});
