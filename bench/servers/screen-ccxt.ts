import ccxt from 'ccxt';

// The naive screen: ccxt with one watch call for each market. The arguments are ccxt's options and the symbols, as JSON.

/** Reports to the parent process. */
export type ScreenPeerReport =
  | { readonly type: 'ready' }
  /** How long it took until each market had a message, in ms. */
  | { readonly type: 'streamed'; readonly ms: number };

/** The command of the parent process. */
export interface ScreenPeerCommand {
  readonly type: 'open';
}

const lifetimeMs = 300_000;
const [options = '{}', list = '[]'] = process.argv.slice(2);
const symbols: readonly string[] = JSON.parse(list);
const exchange = new ccxt.pro.binance(JSON.parse(options));
// Without this, ccxt rejects ws:// addresses.
await exchange.loadHttpProxyAgent();
await exchange.loadMarkets();

process.on('message', () => {
  const startedAt = performance.now();
  void Promise.all(symbols.map((symbol) => exchange.watchTicker(symbol))).then(() => {
    send({ type: 'streamed', ms: performance.now() - startedAt });
  });
});
process.on('disconnect', () => process.exit());
setTimeout(() => process.exit(1), lifetimeMs).unref();
send({ type: 'ready' });

function send(report: ScreenPeerReport): void {
  process.send?.(report);
}
