import type { Candle } from '../../market/model/candle.ts';
import type { CandlePage } from './candle-page.ts';

/** Rows of one page: those from `begin` to before `end`. */
export interface PageRows {
  readonly page: CandlePage;
  readonly begin: number;
  readonly end: number;
}

/** The rows of an answer, oldest first, as parts of pages: no candle is an object until it must be one. */
export class CandleRows {
  readonly parts: readonly PageRows[];
  readonly length: number;

  constructor(parts: readonly PageRows[]) {
    this.parts = parts;
    this.length = parts.reduce((sum, { begin, end }) => sum + end - begin, 0);
  }

  /** The rows of these pages, in order, whose candles begin within `[since, until)`, epoch ms. */
  static within(pages: readonly CandlePage[], since: number, until: number): CandleRows {
    const parts: PageRows[] = [];
    for (const page of pages) {
      const [begin, end] = [page.candles.rowFrom(since), page.candles.rowFrom(until)];
      if (begin < end) parts.push({ page, begin, end });
    }
    return new CandleRows(parts);
  }

  /** These rows, followed by others. */
  concat(others: CandleRows): CandleRows {
    return this.length === 0 ? others : new CandleRows([...this.parts, ...others.parts]);
  }

  first(count: number): CandleRows {
    if (count >= this.length) return this;
    let left = count;
    const parts: PageRows[] = [];
    for (const { page, begin, end } of this.parts) {
      const taken = Math.min(left, end - begin);
      if (taken > 0) parts.push({ page, begin, end: begin + taken });
      left -= taken;
    }
    return new CandleRows(parts);
  }

  last(count: number): CandleRows {
    let skipped = Math.max(0, this.length - count);
    if (skipped === 0) return this;
    const parts: PageRows[] = [];
    for (const { page, begin, end } of this.parts) {
      const first = Math.min(end, begin + skipped);
      if (first < end) parts.push({ page, begin: first, end });
      skipped -= first - begin;
    }
    return new CandleRows(parts);
  }

  toCandles(): readonly Candle[] {
    const candles: Candle[] = [];
    for (const { page, begin, end } of this.parts) page.candles.collect(begin, end, candles);
    return candles;
  }
}
