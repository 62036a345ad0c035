import type { SearchResults } from './market-search.ts';

/** How far the search is and what it has found, in one sentence. */
export function toStatusText({ isCurrent, waiting, answers }: SearchResults, nameOf: (id: string) => string): string {
  if (!isCurrent) return 'Searching.';
  if (waiting.length > 0) return `Waiting for ${waiting.map(nameOf).join(', ')}.`;
  const failed = answers.filter(({ failure }) => failure !== null);
  // The sentences of the exchanges say it all.
  if (answers.length > 0 && failed.length === answers.length) return '';
  const count = answers.reduce((sum, { totalCount }) => sum + totalCount, 0);
  if (count === 0 && failed.length > 0) return 'No market found at the exchanges that answered.';
  return count === 1 ? '1 market found.' : `${count} markets found.`;
}
