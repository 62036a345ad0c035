import { expect, onTestFinished, test } from 'vitest';
import { createCatalogue, readCatalogue } from '../../../../src/exchange/ccxt/catalogue.ts';
import { loadExchangeClass } from '../../../../src/exchange/ccxt/load-ccxt.ts';
import { fundingRateWatch } from '../../../../src/exchange/streams/watches/funding-rate.ts';
import { jointWatches } from '../../../../src/exchange/streams/watches/joint-watches.ts';
import { createWatch } from '../../../../src/exchange/streams/watches/watches.ts';
import { toCcxtMarket } from '../../../support/exchange/ccxt-market.ts';
import { openStreamExchange } from '../../../support/exchange/stream-exchange.ts';
import { eventually } from '../../../support/socket-client.ts';

const now = Date.UTC(2026, 0, 5, 3);
const hour = 3_600_000;
const symbol = 'BTC/USDT:USDT';

const contract = { type: 'swap', swap: true, contract: true, linear: true, inverse: false, contractSize: 1 };
const names = { base: 'BTC', quote: 'USDT', settle: 'USDT', baseId: 'BTC', quoteId: 'USDT', settleId: 'USDT' };
const market = toCcxtMarket({ ...contract, ...names, symbol, id: 'BTC-USDT-SWAP', active: true, info: {} });

test('OKX pushes rates, with the next two payments', async () => {
  const okx = await openStreamExchange('okx', [market]);
  onTestFinished(() => okx.close());
  const next = fundingRateWatch.next(okx.exchange, { kind: 'fundingRate', exchange: 'okx', symbol }, () => now);
  await eventually(() => okx.received.length > 0);
  expect(okx.received).toEqual([
    expect.objectContaining({ op: 'subscribe', args: [{ channel: 'funding-rate', instId: 'BTC-USDT-SWAP' }] }),
  ]);
  const times = { fundingTime: String(now + 5 * hour), nextFundingTime: String(now + 13 * hour), ts: String(now - 50) };
  const message = (fundingRate: string) => ({
    arg: { channel: 'funding-rate', instId: 'BTC-USDT-SWAP' },
    data: [{ fundingRate, instId: 'BTC-USDT-SWAP', instType: 'SWAP', method: 'current_period', ...times }],
  });
  // The first of two messages in one packet is what ccxt returns.
  okx.send(message('0.0001'), message('0.0002'));
  const rate = await next;
  expect(rate).toMatchObject({
    exchange: 'okx',
    symbol,
    rate: 0.0002,
    nextFundingTime: now + 5 * hour,
    markPrice: null,
    receivedAt: now,
    source: 'STREAM',
    stale: false,
  });
});

/** Marks that the class has come to the point of sending something. */
class Sent extends Error {}

test.each(['fundingRate', 'liquidations'] as const)(
  'every class that has %s asks for a perpetual contract',
  async (kind) => {
    const watch = createWatch[kind]();
    const able = createCatalogue(readCatalogue(), null).exchanges.filter(
      ({ has, simulated }) => !simulated && watch.capabilities.some((capability) => has.includes(capability)),
    );
    const faults: string[] = [];
    for (const { id } of able) {
      const ExchangeClass = await loadExchangeClass(id, true);
      const exchange = new ExchangeClass({ newUpdates: true });
      exchange.setMarkets([market]);
      const send = async (): Promise<never> => {
        throw new Sent();
      };
      Object.assign(exchange, { watch: send, watchMultiple: send, fetch: send, fetch2: send });
      const alone: Promise<unknown> =
        kind === 'fundingRate'
          ? createWatch.fundingRate().next(exchange, { kind, exchange: id, symbol }, Date.now)
          : createWatch.liquidations().next(exchange, { kind, exchange: id, symbol }, Date.now);
      const calls = [alone];
      const { method, watch: watchAll } = jointWatches[kind];
      if (method && exchange.has[method]) calls.push(watchAll(exchange, [{ kind, exchange: id, symbol }], undefined));
      for (const [index, outcome] of (await Promise.allSettled(calls)).entries()) {
        const isSent = outcome.status === 'rejected' && outcome.reason instanceof Sent;
        if (!isSent) faults.push(`${id} ${index} ${outcome.status === 'rejected' ? outcome.reason : 'answered'}`);
      }
    }
    expect(able.length).toBeGreaterThan(6);
    expect(faults).toEqual([]);
  },
);
