import { setImmediate as nextTurn } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { CandleFormat, CandleText } from '../../market/model/candle-text.ts';
import { toCandleText, type WrittenRows } from '../text/written-rows.ts';
import type { CandlePage } from './candle-page.ts';
import type { CandleRows } from './candle-rows.ts';
import type { CandleColumns } from './columns.ts';

/** The settled rows of one page in one format. */
interface PageText {
  readonly rows: WrittenRows;
  readonly count: number;
}

/** Enough for 200,000 rows with all fields. */
const defaultMaxBytes = 32 * 1024 * 1024;

/** The memory of a text in addition to its rows: objects, buffers, and lru-cache's own records. */
const overheadBytes = 500;

/** The rows of a page are only written all at once if at least this part of them is needed. */
const minShare = 0.25;

/** How many rows are written in one turn of the event loop. They take about 2 ms. */
const rowsPerTurn = 1000;

/**
 * Settled candles never change, so their JSON is written once for each page and format, and kept: an answer is put
 * together from pieces of such texts, and only its few open candles are written for it.
 *
 * A format is whatever a client selects, so there can be any number of them. All texts together are therefore bounded,
 * and the least recently used are dropped. A page that is renewed or dropped loses its texts. If only a few rows of a
 * page are needed and it has no text yet, only these rows are written, and they are not kept: a client that asks for one
 * candle in many formats would otherwise cause a hundred times its work.
 *
 * Writing gives the event loop a turn now and then, so that the first answer of thousands of rows does not block it.
 */
export class PageTexts {
  readonly #byPage = new WeakMap<CandleColumns, Map<string, PageText>>();
  /** Each text, and how it leaves the map of its page. */
  readonly #kept: LRUCache<PageText, () => void>;

  /** A text that is longer is not kept. */
  readonly #maxTextBytes: number;

  constructor(maxBytes = defaultMaxBytes) {
    this.#maxTextBytes = Math.floor(maxBytes / 32);
    this.#kept = new LRUCache({
      maxSize: maxBytes,
      maxEntrySize: this.#maxTextBytes,
      dispose: (forget) => forget(),
    });
  }

  /** The size of all texts, in bytes. */
  get bytes(): number {
    return this.#kept.calculatedSize;
  }

  /** Drops the texts of a page that is no longer used. */
  drop({ candles }: CandlePage): void {
    for (const text of [...(this.#byPage.get(candles)?.values() ?? [])]) this.#kept.delete(text);
  }

  /** Writes rows. Resolves with null if a number is not finite. */
  async write({ parts }: CandleRows, format: CandleFormat): Promise<CandleText | null> {
    const pieces: Uint8Array[] = [];
    let written = 0;
    for (const part of parts) {
      const { page, begin, end } = part;
      if (written >= rowsPerTurn) {
        await nextTurn();
        written = 0;
      }
      let text = this.#find(page, format);
      const { length } = page.candles;
      if (!text && end - begin >= minShare * length && length * format.rowLength <= this.#maxTextBytes) {
        text = this.#make(page, format);
        written += text?.count ?? 0;
      }
      const kept = Math.max(begin, Math.min(end, text?.count ?? 0));
      if (text && kept > begin) pieces.push(text.rows.slice(begin, kept));
      if (kept === end) continue;
      const open = page.candles.write(kept, end, format);
      if (!open) return null;
      pieces.push(open.bytes);
      written += end - kept;
    }
    return toCandleText(pieces);
  }

  #find({ candles }: CandlePage, { key }: CandleFormat): PageText | undefined {
    const text = this.#byPage.get(candles)?.get(key);
    if (text) this.#kept.get(text);
    return text;
  }

  /** Writes the settled rows of a page; undefined if it has none or a number is not finite. */
  #make({ candles, settledUntil }: CandlePage, format: CandleFormat): PageText | undefined {
    const count = candles.rowFrom(settledUntil);
    const rows = count > 0 ? candles.write(0, count, format) : null;
    if (!rows) return undefined;
    const { key } = format;
    const text: PageText = { rows, count };
    const ofPage = this.#byPage.get(candles) ?? new Map<string, PageText>();
    this.#byPage.set(candles, ofPage.set(key, text));
    const forget = (): void => {
      ofPage.delete(key);
    };
    const size = rows.memoryBytes + 2 * key.length + overheadBytes;
    this.#kept.set(text, forget, { size });
    if (!this.#kept.has(text)) forget();
    return text;
  }
}
