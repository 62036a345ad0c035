import type { Client } from 'urql';
import type { MarketRef } from '../../base/market-ref.ts';
import { type Failure, toFailure } from '../../client/error-text.ts';
import { openLive } from '../../client/open-live.ts';
import { type Trade, TradeList } from './trade-list.ts';
import { TradesDocument, TradesExecutedDocument } from './trades.graphql.ts';

/** A market, and who receives its newest trades. */
export interface TradesOptions {
  readonly client: Client;
  readonly market: MarketRef;
  readonly limit: number;
  readonly onTrades: (trades: readonly Trade[]) => void;
  readonly onFailure: (failure: Failure | null) => void;
}

const restartMs = 5_000;

/**
 * Keeps a list of the newest trades until the returned function is called: first a query, then a subscription from the
 * newest trade on. After a lost connection or SLOW_CONSUMER the subscription continues at the newest trade that has
 * arrived. If the server cannot go back that far, for example after a night, the list begins anew.
 */
export function followTrades({ client, market, limit, onTrades, onFailure }: TradesOptions): () => void {
  const list = new TradeList(limit);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  let close = (): void => {};

  const begin = async (): Promise<void> => {
    const { data, error } = await client.query(TradesDocument, { ...market, limit }).toPromise();
    if (isStopped) return;
    const failure = error ? toFailure(error) : null;
    if (failure) onFailure(failure);
    if (failure && failure.retryAfterMs !== null) restart(failure.retryAfterMs);
    else {
      if (failure === null) onFailure(null);
      list.replace(data?.trades ?? []);
      onTrades(list.trades);
      follow();
    }
  };

  // Also without an answer to the query: some exchanges have a stream of trades, but no list of them.
  const follow = (): void => {
    let hasBegun = false;
    close = openLive({
      client,
      document: TradesExecutedDocument,
      variables: () => ({
        ...market,
        get since() {
          return list.resume();
        },
      }),
      onData: ({ tradesExecuted }) => {
        if (!hasBegun) onFailure(null);
        hasBegun = true;
        list.add(tradesExecuted);
        onTrades(list.trades);
      },
      onFailure: (failure) => {
        onFailure(failure);
        // Not if it never worked: then it would fail again.
        if (failure?.retryAfterMs === null && hasBegun) restart(restartMs);
      },
    });
  };

  const restart = (ms: number): void => {
    close();
    timer = setTimeout(() => void begin(), ms);
  };

  void begin();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    close();
  };
}
