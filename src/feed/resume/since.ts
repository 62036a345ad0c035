import { MarketDataError, type MarketDataErrorDetails } from '../../market/errors.ts';

/** How far `since` may lie ahead of this server's clock, in ms: clients and exchanges have clocks of their own. */
const aheadMs = 60_000;

/** Throws BAD_USER_INPUT where `since` (epoch ms) lies in the future. */
export function requirePast(since: number, now: number, about: MarketDataErrorDetails): void {
  if (since <= now + aheadMs) return;
  const message = `since is ${toText(since)}, which has not come yet: give the timestamp of the last one that you have.`;
  throw new MarketDataError('BAD_USER_INPUT', message, about);
}

/** An instant, epoch ms, as text for messages. */
export function toText(instant: number): string {
  return new Date(instant).toISOString();
}
