import { MarketDataError } from '../../market/errors.ts';
import type { ToEventId } from './event-encoder.ts';

/** Where a client stopped that reconnects. */
export interface EventPosition {
  /** The time of the last candle or trade that it has, epoch ms. */
  readonly timestamp: number;
  /** What distinguishes that trade from others of its market; null if that is unknown. */
  readonly trade: string | null;
}

const eventId = /^(\d{1,16})(?:\/([\w.,%;=+-]{1,200}))?$/;

/** The id of an event with one candle: its timestamp. */
export const toCandleEventId: ToEventId = (candle) => {
  const timestamp = memberOf(candle, 'timestamp');
  return typeof timestamp === 'number' ? String(timestamp) : null;
};

/** The id of an event with several trades: the timestamp and the id of the last one. */
export const toTradesEventId: ToEventId = (trades) => {
  const last: unknown = Array.isArray(trades) ? trades.at(-1) : null;
  const timestamp = memberOf(last, 'timestamp');
  if (typeof timestamp !== 'number') return null;
  const id = `${timestamp}/${toTradeKey(last)}`;
  // Clients send the id back in a header.
  return eventId.test(id) ? id : String(timestamp);
};

/** The last part of the id of a trade, which distinguishes it from the others of its market; '' if it has none. */
export function toTradeKey(trade: unknown): string {
  const id = memberOf(trade, 'id');
  return typeof id === 'string' ? id.slice(id.lastIndexOf(':') + 1) : '';
}

/** Reads the header Last-Event-ID; null if there is none. Throws BAD_USER_INPUT if no event had such an id. */
export function readLastEventId(header: string | string[] | undefined): EventPosition | null {
  if (header === undefined || header === '') return null;
  const [, timestamp, trade = null] = eventId.exec(String(header)) ?? [];
  if (timestamp !== undefined) return { timestamp: Number(timestamp), trade };
  const message = 'The header Last-Event-ID must be the id of an event of this stream. Leave it out to begin now.';
  throw new MarketDataError('BAD_USER_INPUT', message);
}

/** The member of an object of JSON. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
