import { MarketDataError, type MarketDataErrorDetails } from '../../market/errors.ts';

/** How far `since` can lie ahead of this server's clock, in ms, because the clocks of clients and exchanges differ. */
const aheadMs = 60_000;

/** Throws BAD_USER_INPUT if `since` (epoch ms) lies in the future. */
export function requirePast(since: number, now: number, about: MarketDataErrorDetails): void {
  if (since <= now + aheadMs) return;
  const message = `since is ${toText(since)}, which is in the future: give the timestamp of the last candle or trade that you have.`;
  throw new MarketDataError('BAD_USER_INPUT', message, about);
}

/** Formats an instant, epoch ms, for messages. */
export function toText(instant: number): string {
  return new Date(instant).toISOString();
}
