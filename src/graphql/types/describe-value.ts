import { quote } from '../../market/model/not-found.ts';

/** Describes a value that a client sent, short enough for an error message. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
