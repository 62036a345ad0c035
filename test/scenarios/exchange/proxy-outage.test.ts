import { expect, onTestFinished, test } from 'vitest';
import { createConnectProxy } from '../../support/programs/wire-proxies.ts';
import { startServer } from '../../support/server.ts';
import { connect, eventually, type Operation, subscribe } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';

test('a subscription is polled while the proxy of its stream is down, and streamed when it is back', async () => {
  const venue = await createBinance();
  onTestFinished(venue.close.bind(venue));
  const first = await createConnectProxy();
  const options = { ...venue.exchangeConfig, rateLimit: 1, wsProxy: `http://127.0.0.1:${first.port}` };
  const running = await startServer({
    config: { pollIntervalMs: 100, lingerMs: 50, exchangeOptions: { binance: options } },
  });
  onTestFinished(running.stop);
  const client = connect(running.webSocketUrl);
  onTestFinished(() => void client.dispose());
  let last = 1;
  const sourceOf = ({ results }: Operation): unknown => results.at(-1)?.data?.tickerUpdated.source;
  const turns = (operation: Operation, source: string): Promise<void> =>
    eventually(() => {
      venue.setTicker('BTC/USDT', { last: String(last++) });
      return sourceOf(operation) === source;
    });

  const operation = subscribe(
    client,
    'subscription { tickerUpdated(exchange: "binance", symbol: "BTC/USDT") { last source stale } }',
  );
  await turns(operation, 'STREAM');
  await first.close();
  await turns(operation, 'POLL');
  const second = await createConnectProxy(() => false, first.port);
  onTestFinished(second.close);
  await turns(operation, 'STREAM');
  expect(venue.streamSockets).toBe(second.openSockets);
  expect(operation.results.every(({ errors }) => errors === undefined)).toBe(true);
});
