import { MarketDataError } from '../../../market/errors.ts';
import { toNewestKeys, toTradeKey } from './trade-keys.ts';

/** Returns the id of an event that has this value; null if clients cannot continue from it. */
export type ToEventId = (value: unknown) => string | null;

/** Where a client stopped that reconnects. */
export interface EventPosition {
  /** The time of the last candle or trade that it has, epoch ms. */
  readonly timestamp: number;
  /** The keys of trades of that millisecond which it has; empty if they are unknown. */
  readonly trades: readonly string[];
}

/** The id of a stream before an event of its own: a client that sends it back was connected, and begins again. */
export const connectedId = 'connected';

const eventId = /^(\d{1,13})(?:\/([\w.,%;=+/-]{1,1000}))?$/;

/** What a key consists of: clients send it back in a header. */
const eventKey = /^[\w.,%;=+-]+$/;

const maxKeysLength = 1000;

/** The id of an event with one candle: its timestamp. */
export const toCandleEventId: ToEventId = (candle) => {
  const timestamp = memberOf(candle, 'timestamp');
  return typeof timestamp === 'number' ? String(timestamp) : null;
};

/**
 * The id of an event with several trades: the time of the last one, and the keys of those that the client then has of
 * that millisecond. If there are too many, the client receives the others again.
 */
export const toTradesEventId: ToEventId = (trades) => {
  if (!Array.isArray(trades)) return null;
  const timestamp = memberOf(trades.at(-1), 'timestamp');
  if (typeof timestamp !== 'number') return null;
  const atOnce = trades.filter((trade) => memberOf(trade, 'timestamp') === timestamp);
  const keys = toNewestKeys(atOnce.map((trade) => toTradeKey(memberOf(trade, 'id'))));
  let text = '';
  for (const key of keys.toReversed()) {
    const longer = text === '' ? key : `${key}/${text}`;
    if (eventKey.test(key) && longer.length <= maxKeysLength) text = longer;
  }
  return text === '' ? String(timestamp) : `${timestamp}/${text}`;
};

/** Reads the header Last-Event-ID; null if it names no event. Throws BAD_USER_INPUT if no stream has such an id. */
export function readLastEventId(header: string | string[] | undefined): EventPosition | null {
  if (header === undefined || header === '' || header === connectedId) return null;
  const [, timestamp, keys = ''] = eventId.exec(String(header)) ?? [];
  if (timestamp !== undefined) return { timestamp: Number(timestamp), trades: keys.split('/').filter(Boolean) };
  const message = 'The header Last-Event-ID must be the id of an event of this stream. Leave it out to begin now.';
  throw new MarketDataError('BAD_USER_INPUT', message);
}

/** The member of an object of JSON. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
