import { once } from 'node:events';
import type { Exchange } from 'ccxt';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../../src/base/clock.ts';
import { ccxtErrors, loadExchangeClass } from '../../../src/exchange/ccxt/load-ccxt.ts';
import { createStreamInstance, type StreamInstance } from '../../../src/exchange/clients/stream-instance.ts';
import { canUnwatch } from '../../../src/exchange/quirks/stream-quirks.ts';
import { eventually } from '../../support/socket-client.ts';

let server: WebSocketServer;
let url: string;
let sockets: WebSocket[];
let instance: StreamInstance;
let client: Exchange;

async function open(id: string): Promise<StreamInstance> {
  const Class = await loadExchangeClass(id, true);
  client = new Class({});
  client.setMarkets([]);
  return createStreamInstance(client, new Class({}), systemClock, 1000);
}

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  sockets = [];
  server.on('connection', (socket) => sockets.push(socket));
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  url = `ws://127.0.0.1:${address.port}/`;
  instance = await open('kraken');
});

afterEach(async () => {
  await instance.close();
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

/** Waits for a message that never comes; returns a function that ends the wait. */
async function watch(): Promise<unknown> {
  try {
    return await instance.exchange.watch(url, 'hash', { ask: 1 }, 'hash');
  } catch (error) {
    return error;
  }
}

describe('a stream instance', () => {
  test('is one caller together with the client: it has the same throttle and the same markets', () => {
    expect(instance.exchange.throttler).toBe(client.throttler);
    expect(instance.exchange.markets).toBe(client.markets);
  });

  test('is broken when a socket drops, and only then', async () => {
    const waiting = watch();
    await eventually(() => sockets.length === 1);
    expect(instance.isBroken).toBe(false);
    sockets[0]?.terminate();
    expect(await waiting).toBeInstanceOf(ccxtErrors.NetworkError);
    expect(instance.isBroken).toBe(true);
  });

  test('gives a socket back to ccxt that it has forgotten, and closes it', async () => {
    const waiting = watch();
    await eventually(() => instance.exchange.clients?.[url]?.isConnected === true);
    // As ccxt does when it cannot fetch a book.
    instance.exchange.clients = {};
    void watch();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sockets).toHaveLength(1);
    instance.exchange.clients = {};
    await instance.close();
    await eventually(() => server.clients.size === 0);
    expect(await waiting).toBeInstanceOf(ccxtErrors.ExchangeClosedByUser);
  });

  test('opens no sockets after it was closed', async () => {
    await instance.close();
    expect(await watch()).toBeInstanceOf(ccxtErrors.ExchangeClosedByUser);
    expect(sockets).toHaveLength(0);
  });

  test('closes even if its peer does not answer', async () => {
    const waiting = watch();
    await eventually(() => instance.exchange.clients?.[url]?.isConnected === true);
    sockets[0]?.pause();
    await instance.close();
    await waiting;
    await eventually(
      () => instance.exchange.clients === undefined || Object.keys(instance.exchange.clients).length === 0,
    );
  });

  test('reports an invalid URL to the waiting caller, and leaves nothing that rejects later', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): unknown => unhandled.push(error);
    process.on('unhandledRejection', note);
    for (const watching of [
      () => instance.exchange.watch('undefined/NaN', 'hash', {}, 'hash'),
      () => instance.exchange.watchMultiple('undefined/NaN', ['hash', 'other'], {}, ['hash', 'other']),
    ]) {
      const failure = await Promise.resolve(watching()).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ccxtErrors.NetworkError);
    }
    await instance.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  test('prints nothing when it cannot read a message', async () => {
    const print = vi.spyOn(console, 'log').mockImplementation(() => {});
    void watch();
    await eventually(() => sockets.length === 1);
    sockets[0]?.send('{"not json');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(print).not.toHaveBeenCalled();
    print.mockRestore();
  });
});

test.each([
  ['binance', 210],
  ['binanceusdm', 110],
  ['kraken', 200],
])('%s gets at most one message every %i ms', async (id, pauseMs) => {
  const other = await open(id);
  expect(other.messagePauseMs).toBe(pauseMs);
  const { exchange } = other;
  expect(exchange.options.ws.cost * (exchange.rateLimit ?? 0)).toBeCloseTo(pauseMs);
  expect(exchange.streaming.keepAlive).toBeLessThanOrEqual(20_000);
  await other.close();
});

test('it is known which channels ccxt cannot unsubscribe from', () => {
  expect([canUnwatch('okx', 'candles'), canUnwatch('coinbase', 'trades')]).toEqual([true, false]);
});
