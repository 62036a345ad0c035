import type { FormattedExecutionResult } from 'graphql';
import type { ValueEvent } from '../../fanout/encoded-payload.ts';
import type { ToEventId } from './event-ids.ts';
import { toProblemEvent } from './problem-event.ts';

export type EncodeEvent = (json: string) => ValueEvent;

/**
 * Creates the function that turns the JSON of an event of GraphQL into an event with the value alone. It has no name, so
 * that `onmessage` of an EventSource receives it. Errors of single fields are left out: these fields are null.
 */
export function createEventEncoder(field: string, toId: ToEventId | null): EncodeEvent {
  const before = `{"data":{"${field}":`;
  return (json) => {
    // Only events with errors need to be parsed.
    const isPlain = json.startsWith(before) && !json.includes('},"extensions":{');
    const event: FormattedExecutionResult = isPlain ? {} : JSON.parse(json);
    const value = isPlain ? json.slice(before.length, -2) : JSON.stringify(event.data?.[field] ?? null);
    const [error] = event.errors ?? [];
    if (error) return toProblemEvent(error);
    return { bytes: toEvent(value, toId?.(JSON.parse(value)) ?? null), retryMs: null };
  };
}

/** JSON has no line breaks, so it is one line of data. */
export function toEvent(json: string, id: string | null): Buffer {
  return Buffer.from(`${id === null ? '' : `id: ${id}\n`}data: ${json}\n\n`);
}
