/** The orders at one price. */
export interface Level {
  readonly price: number;
  readonly amount: number;
}

/** A level of the book, with the amount of it and of all better levels of its side. */
export interface BookRow extends Level {
  readonly total: number;
  /** `total` as a share of the largest total of both sides, from 0 to 1: the length of the depth bar. */
  readonly depth: number;
}

/** Both sides with the same number of rows, from the highest price to the lowest; null where there is no order. */
export interface BookRows {
  readonly asks: readonly (BookRow | null)[];
  readonly bids: readonly (BookRow | null)[];
}

/** The best `count` levels of each side. The server lists the best levels first. */
export function toBookRows(asks: readonly Level[], bids: readonly Level[], count: number): BookRows {
  const sums = [asks, bids].map((levels) => accumulate(levels.slice(0, count)));
  const deepest = Math.max(...sums.map((rows) => rows.at(-1)?.total ?? 0));
  const [askRows = [], bidRows = []] = sums.map((rows) =>
    Array.from({ length: count }, (_, rank) => {
      const row = rows[rank];
      return row ? { ...row, depth: deepest > 0 ? row.total / deepest : 0 } : null;
    }),
  );
  return { asks: askRows.toReversed(), bids: bidRows };
}

/** The spread in basis points of the middle price; null if a side is empty. */
export function toBasisPoints(spread: number | null, mid: number | null): number | null {
  return spread === null || mid === null || mid === 0 ? null : (spread / mid) * 10_000;
}

function accumulate(levels: readonly Level[]): readonly Omit<BookRow, 'depth'>[] {
  let total = 0;
  return levels.map(({ price, amount }) => {
    total += amount;
    return { price, amount, total };
  });
}
