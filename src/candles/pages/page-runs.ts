import type { CandlePage } from './candle-page.ts';
import { periodsPerPage } from './page-layout.ts';

/** A page that a call must ask for. */
export interface MissingPage {
  readonly page: number;
  /** The first instant that is needed from it, epoch ms. */
  readonly from: number;
  readonly old: CandlePage | undefined;
}

/** Pages in a row that one call asks for; `from` is the first instant that is needed from the first page. */
export interface PageRun {
  readonly from: number;
  readonly pages: readonly MissingPage[];
}

/** The pages in runs, each as long as one call reaches, and at least one page long. */
export function toRuns(missing: readonly MissingPage[], perCall: number): readonly PageRun[] {
  // A call may have to ask for a few more periods than it needs.
  const maxPages = Math.max(1, Math.floor((perCall - 1) / periodsPerPage));
  const runs: { from: number; pages: MissingPage[] }[] = [];
  for (const entry of missing) {
    const run = runs.at(-1);
    const before = run?.pages.at(-1);
    // Candles that are known lie in between if the page is known in part. To fetch them again costs less than another call.
    const follows = before?.page === entry.page - 1;
    if (run && follows && run.pages.length < maxPages) run.pages.push(entry);
    else runs.push({ from: entry.from, pages: [entry] });
  }
  return runs;
}
