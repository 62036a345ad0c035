import { expect } from 'vitest';
import type { Operation } from '../../socket-client.ts';
import { eventually } from '../../socket-client.ts';
import type { ClusterServer } from '../cluster-server.ts';
import { CommonHistory } from '../history.ts';

const secondMs = 1000;

/** Subscriptions to the ticker, the trades and the candles of a market on one instance. */
export class Follower {
  readonly server: ClusterServer;
  readonly ticker: Operation;
  readonly trades: Operation;
  readonly candles: Operation;

  constructor(server: ClusterServer, market: string) {
    this.server = server;
    this.ticker = server.subscribe(`subscription { tickerUpdated(${market}) { last stale } }`);
    this.trades = server.subscribe(`subscription { tradesExecuted(${market}) { tradeId } }`);
    this.candles = server.subscribe(
      `subscription { candleUpdated(${market}, timeframe: "1s") { timestamp close closed stale } }`,
    );
  }

  get tickers(): readonly { readonly last: number; readonly stale: boolean }[] {
    return this.ticker.results.flatMap(({ data }) => data?.tickerUpdated ?? []);
  }

  /** The number of the stand-in that the last ticker comes from; null while it is stale. */
  get source(): number | null {
    const last = this.tickers.at(-1);
    return !last || last.stale ? null : CommonHistory.sourceOf(last.last);
  }

  get tradeIds(): readonly string[] {
    return this.trades.results.flatMap(({ data }) => data?.tradesExecuted ?? []).map(({ tradeId }) => tradeId);
  }

  /** The start of each closed candle, in the order of arrival. */
  get closedAt(): readonly number[] {
    const candles = this.candles.results.flatMap(({ data }) => data?.candleUpdated ?? []);
    return candles.filter(({ closed }) => closed).map(({ timestamp }) => timestamp);
  }

  /** Resolves once all three have sent something. */
  async begin(): Promise<void> {
    await Promise.all([this.ticker, this.trades, this.candles].map((operation) => operation.until(1)));
    await eventually(() => this.closedAt.length > 0 && this.source !== null);
  }

  /** Expects every trade of the history from the first received one on, once and in order, and every candle. */
  async expectComplete(history: CommonHistory): Promise<void> {
    history.stop();
    const lastId = history.ids.at(-1);
    await eventually(() => this.tradeIds.at(-1) === lastId);
    const ids = this.tradeIds;
    expect(ids).toEqual(history.ids.slice(history.ids.indexOf(ids[0] ?? '')));
    const [first = 0] = this.closedAt;
    expect(this.closedAt).toEqual(this.closedAt.map((_, index) => first + index * secondMs));
    expect(this.failures).toEqual([]);
  }

  stop(): void {
    for (const operation of [this.ticker, this.trades, this.candles]) operation.stop();
  }

  get failures(): readonly unknown[] {
    return [this.ticker, this.trades, this.candles].flatMap(({ completed, error, results }) => [
      ...(completed ? ['completed'] : []),
      ...(error === null ? [] : [error]),
      ...results.filter(({ errors }) => errors !== undefined),
    ]);
  }
}
