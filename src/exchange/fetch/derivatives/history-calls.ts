import { MarketDataError } from '../../../market/errors.ts';

/** A row of a history. */
export interface HistoryRow {
  /** Epoch ms. */
  readonly timestamp: number;
}

/** A part of a history: rows from `since` on, before `until` (both epoch ms), at most `limit`. */
export interface HistoryRange {
  readonly since?: number;
  readonly until?: number;
  readonly limit: number;
}

export interface HistoryCallsOptions<R extends HistoryRow> {
  /**
   * One call. The exchange may ignore any bound and return fewer rows than asked. The rows are sorted, oldest first, and
   * each timestamp is there once.
   */
  readonly ask: (range: HistoryRange) => Promise<readonly R[]>;
  /** The usual time between two rows until some are known, in ms. */
  readonly spacingMs: number;
}

/** How many calls one reading makes at most. */
const maxCalls = 20;

/** Fewer rows are not asked for: they would not tell how far apart rows are. */
const minRows = 20;

/** The calls of one reading of a history, and what their answers show about the exchange. */
export class HistoryCalls<R extends HistoryRow> {
  readonly #ask: HistoryCallsOptions<R>['ask'];
  #count = 0;
  #spacingMs: number;
  #maxRows = 1;

  constructor({ ask, spacingMs }: HistoryCallsOptions<R>) {
    this.#ask = ask;
    this.#spacingMs = spacingMs;
  }

  /** False once the reading has made as many calls as it may. */
  get hasMore(): boolean {
    return this.#count < maxCalls;
  }

  /** The usual time between two rows, in ms: the distance in the middle of all of the last answer. */
  get spacingMs(): number {
    return this.#spacingMs;
  }

  /** The largest number of rows that an answer had. */
  get maxRows(): number {
    return this.#maxRows;
  }

  async ask(range: HistoryRange): Promise<readonly R[]> {
    this.#count += 1;
    const rows = await this.#ask({ ...range, limit: Math.max(range.limit, minRows) });
    this.#maxRows = Math.max(this.#maxRows, rows.length);
    this.#learnSpacing(rows);
    return rows;
  }

  /** Like `ask`, but null if the exchange refuses these bounds. */
  async tryAsk(range: HistoryRange): Promise<readonly R[] | null> {
    try {
      return await this.ask(range);
    } catch (error) {
      if (error instanceof MarketDataError && !error.retryable) return null;
      throw error;
    }
  }

  /** How many rows one answer can have, as far as that is known. */
  fitting(limit: number): number {
    return Math.min(Math.max(limit, minRows), this.#maxRows);
  }

  #learnSpacing(rows: readonly R[]): void {
    const distances = rows.slice(1).map(({ timestamp }, index) => timestamp - (rows[index]?.timestamp ?? timestamp));
    const middle = distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)];
    if (middle !== undefined && middle > 0) this.#spacingMs = middle;
  }
}
