import type { ValueEvent } from '../../fanout/encoded-payload.ts';
import { toProblemEvent } from './problem-event.ts';

/** Returns the id of an event that has this value; null if clients cannot continue from it. */
export type ToEventId = (value: unknown) => string | null;

export type EncodeEvent = (json: string) => ValueEvent;

/**
 * Creates the function that turns the JSON of an event of GraphQL into an event with the value alone. It has no name, so
 * that `onmessage` of an EventSource receives it. Errors of single fields are left out: these fields are null.
 */
export function createEventEncoder(field: string, toId: ToEventId | null): EncodeEvent {
  const before = `{"data":{"${field}":`;

  /** The JSON of the value; null if the event is an error. Only events with errors need to be parsed. */
  function cut(json: string): string | null {
    if (json.startsWith(before) && !json.includes(',"extensions":{')) return json.slice(before.length, -2);
    const { data } = JSON.parse(json);
    const value = data?.[field] ?? null;
    return value === null ? null : JSON.stringify(value);
  }

  return (json) => {
    const value = cut(json);
    if (value === null) return { bytes: toProblemEvent(json), isLast: true };
    return { bytes: toEvent(value, toId?.(JSON.parse(value)) ?? null), isLast: false };
  };
}

/** JSON has no line breaks, so it is one line of data. */
export function toEvent(json: string, id: string | null): Buffer {
  return Buffer.from(`${id === null ? '' : `id: ${id}\n`}data: ${json}\n\n`);
}
