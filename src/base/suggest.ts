import leven from 'leven';

const limit = 3;
const longest = 40;

/**
 * The names nearest to what was asked for, best first, at most three: those that differ only in case or separators,
 * then those that begin with it (a spot symbol finds its contracts), then those within a few typing errors.
 */
export function suggest(asked: string, names: Iterable<string>): readonly string[] {
  if (asked === '' || asked.length > longest) return [];
  const plain = toPlain(asked);
  const allowed = Math.max(1, Math.floor(plain.length / 3));
  return [...names]
    .map((name) => ({ name, distance: distance(plain, toPlain(name), allowed) }))
    .filter((candidate) => candidate.distance <= allowed)
    .sort((a, b) => a.distance - b.distance || a.name.length - b.name.length)
    .slice(0, limit)
    .map((candidate) => candidate.name);
}

/** A name without case and separators, which people get wrong most: `btc-usdt` for `BTC/USDT`. */
export function toPlain(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

function distance(asked: string, name: string, allowed: number): number {
  if (asked === name) return 0;
  if (asked !== '' && name.startsWith(asked)) return 0.5;
  return leven(asked, name, { maxDistance: allowed + 1 });
}
