import { suggest } from '../../base/suggest.ts';

/** A command that was called in a wrong way. The message says what was wrong, and what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A question about the nearest names, to be put behind a sentence; empty if none is near. */
export function didYouMean(given: string, names: readonly string[]): string {
  const nearest = suggest(given, names);
  return nearest.length === 0 ? '' : ` Did you mean ${nearest.join(' or ')}?`;
}
