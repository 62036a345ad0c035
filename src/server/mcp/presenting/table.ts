import { type JsonObject, toIso } from './values.ts';

/** Says that rows are missing, and how to get them. */
export type Cut = {
  readonly returned: number;
  /** How many rows were asked for. */
  readonly requested: number;
  /** The arguments to change for the rest; null if there is no page after this one. */
  readonly next: JsonObject | null;
  readonly hint: string;
};

/** Rows, of which as many are taken as fit. */
export interface Table {
  /** The name of the list in the structured content. */
  readonly name: string;
  readonly columns: readonly string[];
  /** How many rows there are at most. */
  readonly count: number;
  /** The cells of a row by the names of the columns; by default its members. */
  readonly toCells?: (row: JsonObject) => JsonObject;
  /** Takes at most `count` rows, and says how to get the others. */
  take(count: number): { readonly rows: readonly JsonObject[]; readonly cut: Cut | null };
}

/** More rows of a history never fit into a result. */
export const maxHistoryRows = 600;

export interface TableOptions {
  readonly name: string;
  readonly columns: readonly string[];
  /** The rows, and perhaps one more than asked for, which shows that there are more. */
  readonly rows: readonly JsonObject[];
  /** How many rows were asked for. */
  readonly requested: number;
}

/** A page of a list: the first rows are taken, and `toNext` names the arguments for the rows after the last one. */
export function createPage(
  options: TableOptions & {
    /** True if there are more rows after these. */
    readonly hasMore?: boolean;
    readonly toNext: (last: JsonObject) => JsonObject | null;
    /** What follows if all rows are taken; by default the page that `toNext` names. */
    readonly afterAll?: Pick<Cut, 'next' | 'hint'>;
    /** What clients see of a row; the whole row by default. */
    readonly toRow?: (row: JsonObject) => JsonObject;
    readonly hint: string;
  },
): Table {
  const { rows, requested, toNext, hint, hasMore = false, toRow = (row) => row, afterAll } = options;
  return {
    ...describe(options),
    take: (count) => {
      const taken = rows.slice(0, count);
      const last = taken.at(-1);
      const isWhole = taken.length === rows.length;
      const following = (isWhole ? afterAll : undefined) ?? { next: last ? toNext(last) : null, hint };
      const isCut = !isWhole || hasMore;
      return { rows: taken.map(toRow), cut: isCut ? { returned: taken.length, requested, ...following } : null };
    },
  };
}

export interface HistoryOptions extends TableOptions {
  readonly toTime: (row: JsonObject) => number | null;
}

/** What is taken of a history that does not fit, and how to get the rest. */
type Taken = Pick<Cut, 'next' | 'hint'> & { readonly rows: readonly JsonObject[] };

/**
 * History from a time on: the oldest rows are taken, and the next page begins where they end. `isOpen` says that nobody
 * knows whether rows follow, because exchanges return only so many at once.
 */
export function createForwardHistory(options: HistoryOptions & { readonly isOpen?: boolean }): Table {
  const { rows, requested, toTime, isOpen = false } = options;
  // The rows of the last instant may be incomplete, so the next page begins with it. If there is no other, it is the end.
  const closed = isOpen ? toWholeInstants(rows, rows.length - 1, toTime) : 0;
  return createHistory(options, (wanted) => {
    if (wanted >= rows.length) {
      const since = timeAt(options, closed);
      const hint = `There may be later rows. Call again with since ${since}; everything else stays as it is.`;
      return closed > 0 ? { rows: rows.slice(0, closed), next: { since }, hint } : null;
    }
    const whole = toWholeInstants(rows, wanted, toTime);
    const taken = rows.slice(0, whole || wanted);
    const since = timeAt(options, taken.length);
    const isSplit = whole === 0 && wanted > 0;
    const hint = isSplit
      ? wanted < requested
        ? 'More rows than fit have the same time, so that no page can begin after them.'
        : 'More rows than that have the same time, so that no page can begin after them: call again with a higher limit.'
      : `There are later rows. Call again with since ${since}; everything else stays as it is.`;
    return { rows: taken, next: isSplit ? null : { since }, hint };
  });
}

/** The newest rows of a history: older ones are left out, and `until` (exclusive) gets them. */
export function createBackwardHistory(options: HistoryOptions): Table {
  const { rows } = options;
  return createHistory(options, (wanted) => {
    if (wanted >= rows.length) return null;
    const taken = wanted === 0 ? [] : rows.slice(-wanted);
    const until = wanted === 0 ? null : timeAt(options, rows.length - wanted);
    const hint = `There are older rows. Call again with until ${until}; everything else stays as it is.`;
    return { rows: taken, next: until === null ? null : { until }, hint };
  });
}

/** The newest rows of a history that cannot be read back in time: `since` and `until` name the gap that is left. */
export function createNewest(options: HistoryOptions): Table {
  const { rows, requested } = options;
  return createHistory(options, (wanted) => {
    if (wanted >= rows.length) {
      const hint = 'The exchange has sent no more: pass since with the time from which you need older rows.';
      return rows.length === 0 || rows.length >= requested ? null : { rows, next: null, hint };
    }
    const end = rows.length - wanted;
    const first = Math.max(0, rows.length - requested);
    // The page begins with a whole instant, because `until` cannot divide one.
    let begin = end;
    while (end > first && begin < rows.length && timeAt(options, begin) === timeAt(options, begin - 1)) begin += 1;
    const taken = rows.slice(begin < rows.length ? begin : end);
    const since = timeAt(options, first);
    const until = timeAt(options, rows.length - taken.length);
    const next = end > first && since !== null && until !== null && since < until ? { since, until } : null;
    const hint = next
      ? `The older rows do not fit. Call again with since ${since} and until ${until}; everything else stays as it is.`
      : 'There are older rows: pass since with the time from which you need them.';
    return { rows: taken, next, hint };
  });
}

/** A history of which `cut` takes as many rows as are wanted; null if all are taken and none is missing. */
function createHistory(options: HistoryOptions, cut: (wanted: number) => Taken | null): Table {
  const { rows, requested } = options;
  return {
    ...describe(options),
    take: (count) => {
      const found = cut(Math.min(count, requested));
      if (found === null) return { rows, cut: null };
      const { rows: taken, next, hint } = found;
      return { rows: taken, cut: { returned: taken.length, requested, next, hint } };
    },
  };
}

/** The time of a row; null if there is no such row. */
function timeAt({ rows, toTime }: HistoryOptions, index: number): string | null {
  const row = rows[index];
  return toIso(row ? toTime(row) : null);
}

/** How many of the first rows to take, at most `count`, so that no instant is divided between two pages. */
export function toWholeInstants(
  rows: readonly JsonObject[],
  count: number,
  toTime: (row: JsonObject) => number | null,
): number {
  let taken = count;
  const timeAt = (index: number): number | null => {
    const row = rows[index];
    return row ? toTime(row) : null;
  };
  while (taken > 0 && timeAt(taken) === timeAt(taken - 1)) taken -= 1;
  return taken;
}

/** What the text says about rows that are missing. */
export function describeCut({ returned, requested, hint }: Cut): string {
  const what =
    returned < requested ? `CUT: only ${returned} of the ${requested} rows that were asked for are here.` : 'MORE:';
  return `${what} ${hint}`;
}

function describe({ name, columns, rows, requested }: TableOptions): Pick<Table, 'name' | 'columns' | 'count'> {
  return { name, columns, count: Math.min(rows.length, requested, maxHistoryRows) };
}
