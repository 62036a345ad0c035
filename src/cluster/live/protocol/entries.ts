import { type Json, readNumber, readRow } from '../../wire/fields.ts';

/**
 * What has happened in a topic. `first` is a value before which others may be missing. After `end`, the owner sends
 * nothing more to this topic until somebody is interested again.
 */
export const entryTypes = ['value', 'first', 'error', 'open', 'end'] as const;

export type EntryType = (typeof entryTypes)[number];

/** One message of a topic. */
export interface Entry {
  /** Counts the messages of the topic. It only grows while the exchange has the same owner. */
  readonly number: number;
  /** When the owner had it, in shared time. */
  readonly at: number;
  readonly type: EntryType;
  /** A value or an error, not decoded yet. */
  readonly body: unknown;
}

/** An entry as text, so that one that is sent several times is written once. */
export function writeEntry(number: number, at: number, type: EntryType, body: Json): string {
  return JSON.stringify([number, at, entryTypes.indexOf(type), body]);
}

export function readEntry(json: unknown): Entry {
  const [number, at, type, body = null] = readRow(json);
  return { number: readNumber(number), at: readNumber(at), type: entryTypes[readNumber(type)] ?? 'end', body };
}
