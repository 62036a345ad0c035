import leven from 'leven';

const maxSuggestions = 3;
const maxLength = 40;

/**
 * The names closest to `asked`, best first, at most three. Names that differ only in case or separators come first, then
 * names that begin with it (a spot symbol finds its contracts), then names within a few typing errors.
 */
export function suggest(asked: string, names: Iterable<string>): readonly string[] {
  if (asked === '' || asked.length > maxLength) return [];
  const wanted = normalizeName(asked);
  const maxDistance = Math.max(1, Math.floor(wanted.length / 3));
  return [...names]
    .map((name) => ({ name, distance: distance(wanted, normalizeName(name), maxDistance) }))
    .filter((candidate) => candidate.distance <= maxDistance)
    .sort((a, b) => a.distance - b.distance || a.name.length - b.name.length)
    .slice(0, maxSuggestions)
    .map((candidate) => candidate.name);
}

/** A name without case and separators, the parts that people most often get wrong: `btc-usdt` for `BTC/USDT`. */
export function normalizeName(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

function distance(asked: string, name: string, maxDistance: number): number {
  if (asked === name) return 0;
  if (asked !== '' && name.startsWith(asked)) return 0.5;
  return leven(asked, name, { maxDistance: maxDistance + 1 });
}
