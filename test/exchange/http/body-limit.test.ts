import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { connect, expectDiscreet, loadMarkets, requireError } from '../../support/exchange/venue-client.ts';

const symbol = 'BTC/USDT';

async function start() {
  const connection = await connect('binance', { timeoutMs: 15_000 });
  onTestFinished(connection.close);
  await loadMarkets(connection);
  const ask = async () => (await connection.data.fetchTickers('binance', [symbol])).get(symbol);
  return { ...connection, ask };
}

it.each(['huge', 'bomb'] as const)('an endless response is given up: %s', async (kind) => {
  const { venue, ask, errors } = await start();
  venue.fault({ kind, times: 1 });
  const error = requireError(await ask());
  // Not TIMEOUT: it was not read until the deadline.
  expect(error).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE', retryable: true });
  expectDiscreet(error);
  expect(errors).toMatchObject([{ message: 'binance sent an answer of more than 67108864 bytes' }]);
  expect(await ask()).toMatchObject({ symbol, stale: false });
});

it.each([
  { encoding: 'gzip', pack: gzipSync },
  { encoding: 'x-gzip', pack: gzipSync },
  { encoding: 'br', pack: brotliCompressSync },
  { encoding: 'deflate', pack: deflateSync },
])('a response that is compressed with $encoding is read', async ({ encoding, pack }) => {
  const { venue, ask } = await start();
  const plain = JSON.stringify({ symbol: 'BTCUSDT', lastPrice: '7.50', closeTime: venue.now });
  venue.fault({ kind: 'packed', encoding, bytes: pack(plain) });
  expect(await ask()).toMatchObject({ symbol, last: 7.5 });
});
