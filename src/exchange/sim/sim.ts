import type { Int, Liquidation, OHLCV, OrderBook, Strings, Ticker, Tickers, Trade } from 'ccxt';
import { maxRows, parseDepth, parseLimit, parseTime, parseTimeframe } from './arguments.ts';
import { BadRequest, ExchangeClosedByUser, UnsubscribeError } from './ccxt.ts';
import type { MarketSimulation } from './market-simulation.ts';
import { SimRest } from './rest.ts';
import { tickMs } from './walk.ts';
import { TickWatches } from './watches.ts';

/**
 * The built-in exchange `sim`: simulated markets whose prices are a pure function of `options.seed`, the symbol and the
 * time. It is used like any exchange of ccxt, and sends no requests. The time is `milliseconds()`, which the
 * constructor's settings may replace. Every watch resolves at the next tick; pending ones reject with
 * ExchangeClosedByUser on `close` and with UnsubscribeError on their `unWatch`. Unknown symbols throw BadSymbol, other
 * invalid arguments BadRequest.
 */
export default class Sim extends SimRest {
  // Each watch method reads this before its first await, so that a close in between ends it too.
  #watches = this.#createWatches();

  override async watchTicker(symbol: string): Promise<Ticker> {
    const watches = this.#watches;
    const simulation = await this.loadSimulation(symbol);
    const { tick } = await watches.next(`ticker:${simulation.symbol}`);
    return this.toTicker(simulation, tick);
  }

  override async watchTickers(symbols?: Strings): Promise<Tickers> {
    const watches = this.#watches;
    const simulations = await this.loadSimulations(symbols);
    const { tick } = await watches.next(toTickersKey(simulations));
    return this.toTickers(simulations, tick);
  }

  /** The candles that changed since the last call: those that have closed, if any, and the forming one. */
  override async watchOHLCV(symbol: string, timeframe = '1m', since?: Int, limit?: Int): Promise<OHLCV[]> {
    const watches = this.#watches;
    const simulation = await this.loadSimulation(symbol);
    const known = parseTimeframe(timeframe);
    const from = parseTime('since', since) ?? 0;
    const newest = parseLimit(limit, maxRows, maxRows);
    const { tick, previous = tick } = await watches.next(`candles:${known}:${simulation.symbol}`, true);
    return simulation.changedCandles(previous, tick, known, newest).filter(([timestamp]) => timestamp >= from);
  }

  override async watchOrderBook(symbol: string, limit?: Int): Promise<OrderBook> {
    const watches = this.#watches;
    const simulation = await this.loadSimulation(symbol);
    const depth = parseDepth(limit);
    const { tick } = await watches.next(`book:${simulation.symbol}`);
    return this.toOrderBook(simulation, tick, depth);
  }

  /** The trades since the last call, at most the newest 1000. */
  override async watchTrades(symbol: string, since?: Int, limit?: Int): Promise<Trade[]> {
    const watches = this.#watches;
    const simulation = await this.loadSimulation(symbol);
    const from = Math.ceil((parseTime('since', since) ?? 0) / tickMs);
    const newest = parseLimit(limit, maxRows, maxRows);
    const { tick, previous = tick - 1 } = await watches.next(`trades:${simulation.symbol}`, true);
    return this.toTrades(simulation.newestTrades(Math.max(previous + 1, from), tick, newest));
  }

  /** The liquidations since the last call, once there are some, at most those of the last minute. Only for swaps. */
  override async watchLiquidations(symbol: string, since?: Int, limit?: Int): Promise<Liquidation[]> {
    const watches = this.#watches;
    const simulation = await this.loadSimulation(symbol);
    if (simulation.indexSymbol === undefined) throw new BadRequest(`${simulation.symbol} has no liquidations`);
    const from = Math.ceil((parseTime('since', since) ?? 0) / tickMs);
    const newest = parseLimit(limit, maxRows, maxRows);
    while (true) {
      const { tick, previous = tick - 1 } = await watches.next(`liquidations:${simulation.symbol}`, true);
      const first = Math.max(previous + 1, from, tick - ticksPerMinute + 1);
      const rows = simulation.liquidations(first, tick).slice(-newest);
      if (rows.length > 0) return rows.map((row) => this.safeLiquidation(row, this.market(symbol)));
    }
  }

  override async unWatchTicker(symbol: string): Promise<void> {
    const simulation = await this.loadSimulation(symbol);
    this.#cancel(`ticker:${simulation.symbol}`);
  }

  /** Ends the watch of exactly these symbols, in any order. */
  override async unWatchTickers(symbols?: Strings): Promise<void> {
    this.#cancel(toTickersKey(await this.loadSimulations(symbols)));
  }

  override async unWatchOHLCV(symbol: string, timeframe = '1m'): Promise<void> {
    const simulation = await this.loadSimulation(symbol);
    this.#cancel(`candles:${parseTimeframe(timeframe)}:${simulation.symbol}`);
  }

  override async unWatchOrderBook(symbol: string): Promise<void> {
    const simulation = await this.loadSimulation(symbol);
    this.#cancel(`book:${simulation.symbol}`);
  }

  override async unWatchTrades(symbol: string): Promise<void> {
    const simulation = await this.loadSimulation(symbol);
    this.#cancel(`trades:${simulation.symbol}`);
  }

  /** Ends all pending watches. As with any exchange of ccxt, a later watch starts again. */
  override async close(cleanInstanceCache = false): Promise<void> {
    const watches = this.#watches;
    this.#watches = this.#createWatches();
    watches.close(new ExchangeClosedByUser(`${this.id} closedByUser`));
    await super.close(cleanInstanceCache);
  }

  #createWatches(): TickWatches {
    return new TickWatches(() => this.milliseconds());
  }

  #cancel(key: string): void {
    this.#watches.cancel(key, new UnsubscribeError(`${this.id} ${key}`));
  }
}

const ticksPerMinute = 60_000 / tickMs;

function toTickersKey(simulations: readonly MarketSimulation[]): string {
  return `tickers:${simulations.map(({ symbol }) => symbol).toSorted()}`;
}
