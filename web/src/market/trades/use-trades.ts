import { useEffect, useState } from 'react';
import type { MarketRef } from '../../base/market-ref.ts';
import { Pace } from '../../base/pace.ts';
import type { Failure } from '../../client/error-text.ts';
import { useServices } from '../../client/services.ts';
import { followTrades } from './follow-trades.ts';
import type { Trade } from './trade-list.ts';

/** The whole table changes with each trade, so it changes less often than a price. */
const renderMs = 250;

/** The newest trades of a market, newest first, and what went wrong. */
export function useTrades({ exchange, symbol }: MarketRef, limit: number) {
  const { client } = useServices();
  const [trades, setTrades] = useState<readonly Trade[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    const pace = new Pace<readonly Trade[]>(renderMs, setTrades);
    const stop = followTrades({
      client,
      market: { exchange, symbol },
      limit,
      onTrades: (newest) => pace.push(newest),
      onFailure: setFailure,
    });
    return () => {
      stop();
      pace.stop();
    };
  }, [client, exchange, symbol, limit]);
  return { trades, failure };
}
