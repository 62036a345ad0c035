import { quote } from '../../market/model/not-found.ts';

/** What a client gave, in a sentence that says what is wrong with it: no longer than a sentence bears. */
export function toGiven(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
