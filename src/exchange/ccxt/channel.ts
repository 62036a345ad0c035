import type { StreamKind, StreamRequest } from '../../market/ports/market-streams.ts';

/** What one subscription at the exchange carries. */
export type Channel = StreamRequest<StreamKind>;

/** Identifies a channel of its exchange. */
export function channelKey({ kind, symbol, timeframe = '' }: Channel): string {
  return `${kind} ${symbol} ${timeframe}`;
}
