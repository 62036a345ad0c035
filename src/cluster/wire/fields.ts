import type { SharedTime } from '../members/shared-time.ts';

/** What messages consist of. Objects are written as rows: the fields in a fixed order, without their names. */
export type Json = string | number | boolean | null | readonly Json[];

/** How values of one type are written and read. */
export interface Codec<T> {
  write(value: T, time: SharedTime): Json;
  /** Throws MalformedMessage. */
  read(json: unknown, time: SharedTime): T;
}

/** The error for a message that does not have the expected form. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';

  constructor(expected: string) {
    super(`a message of another instance has no ${expected} where one is expected`);
  }
}

/** JSON has no text for some numbers: these are written as strings. */
export function writeNumber(value: number): Json {
  if (Number.isFinite(value) && (value !== 0 || 1 / value > 0)) return value;
  return value === 0 ? '-0' : String(value);
}

export function writeNullable(value: number | null): Json {
  return value === null ? null : writeNumber(value);
}

export function readRow(json: unknown): readonly unknown[] {
  if (Array.isArray(json)) return json;
  throw new MalformedMessage('list');
}

export function readText(json: unknown): string {
  if (typeof json === 'string') return json;
  throw new MalformedMessage('text');
}

/** Any other number could make this instance drop the messages of all owners to come. */
export function readFence(json: unknown): number {
  if (typeof json === 'number' && Number.isSafeInteger(json) && json >= 0) return json;
  throw new MalformedMessage('fencing number');
}

export function readNumber(json: unknown): number {
  if (typeof json === 'number') return json;
  switch (json) {
    case '-0':
      return -0;
    case 'NaN':
      return Number.NaN;
    case 'Infinity':
      return Number.POSITIVE_INFINITY;
    case '-Infinity':
      return Number.NEGATIVE_INFINITY;
    default:
      throw new MalformedMessage('number');
  }
}

export function readFlag(json: unknown): boolean {
  if (typeof json === 'boolean') return json;
  throw new MalformedMessage('true or false');
}

export function readOneOf<T extends string>(json: unknown, values: readonly T[]): T {
  const value = values.find((candidate) => candidate === json);
  if (value !== undefined) return value;
  throw new MalformedMessage(`one of ${values.join(', ')}`);
}

/** Null for null, and for a field that the row does not have. */
export function readNullable<T>(json: unknown, read: (json: unknown) => T): T | null {
  return json === null || json === undefined ? null : read(json);
}

export const textCodec: Codec<string> = { write: (value) => value, read: readText };

export const numberCodec: Codec<number> = { write: writeNumber, read: readNumber };

/** A frozen list. */
export function listOf<T>({ write, read }: Codec<T>): Codec<readonly T[]> {
  return {
    write: (values, time) => values.map((value) => write(value, time)),
    read: (json, time) => Object.freeze(readRow(json).map((item) => read(item, time))),
  };
}
