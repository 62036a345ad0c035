import type { Clock } from '../../base/clock.ts';
import type { Output } from '../terminal/output.ts';
import { toPlainText } from '../terminal/plain-text.ts';
import { cutToWidth } from '../terminal/text-width.ts';
import { alignCells, toCells } from './format-ticker.ts';
import type { PriceView } from './price-view.ts';
import type { WatchedTicker } from './watched-ticker.ts';

export interface LiveTableOptions {
  readonly exchange: string;
  readonly symbols: readonly string[];
  readonly out: Pick<Output, 'write' | 'size' | 'isFull'>;
  readonly clock: Clock;
}

/** Changes within this time are drawn together, in ms. */
const drawMs = 100;

/** How often the ages are drawn again while nothing changes, in ms. */
const ageMs = 1000;

const control = '\u001b[';
const clearLine = `${control}2K`;
const clearBelow = `${control}J`;

/** One line per market, rewritten in place. The warning that came last stands below the lines. */
export class LiveTable implements PriceView {
  readonly #options: LiveTableOptions;
  readonly #tickers = new Map<string, WatchedTicker | null>();
  #warning: string | null = null;
  #drawnLines = 0;
  #cancelDraw: (() => void) | null = null;
  #cancelAges = (): void => {};

  constructor(options: LiveTableOptions) {
    this.#options = options;
    for (const symbol of options.symbols) this.#tickers.set(symbol, null);
    this.#draw();
  }

  show(ticker: WatchedTicker): void {
    this.#tickers.set(ticker.symbol, ticker);
    this.#drawSoon();
  }

  warn(message: string): void {
    this.#warning = toPlainText(message);
    this.#drawSoon();
  }

  close(): void {
    this.#draw();
    this.#cancelAges();
  }

  #drawSoon(): void {
    this.#cancelDraw ??= this.#options.clock.after(drawMs, () => this.#draw());
  }

  #draw(): void {
    const { out, clock } = this.#options;
    this.#cancelDraw?.();
    this.#cancelDraw = null;
    this.#cancelAges();
    this.#cancelAges = clock.after(ageMs, () => this.#draw());
    if (out.isFull) return;
    const lines = this.#toLines();
    const up = this.#drawnLines > 0 ? `${control}${this.#drawnLines}A` : '';
    this.#drawnLines = lines.length;
    void out.write(`${up}\r${lines.map((line) => `${clearLine}${line}\n`).join('')}${clearBelow}`);
  }

  /** What fits on the terminal: a line that wraps, or scrolls away, could not be rewritten. */
  #toLines(): readonly string[] {
    const { exchange, out, clock } = this.#options;
    const { columns, rows } = out.size;
    const now = clock.now();
    const cells = [...this.#tickers].map(([symbol, ticker]) =>
      ticker ? toCells(exchange, ticker, now) : [exchange, toPlainText(symbol), 'waiting'],
    );
    const lines = [...alignCells(cells), ...(this.#warning === null ? [] : [this.#warning])];
    const maxLines = Math.max(1, rows - 1);
    const shown =
      lines.length > maxLines
        ? [...lines.slice(0, maxLines - 1), `${lines.length - maxLines + 1} more lines need a larger terminal`]
        : lines;
    return shown.map((line) => cutToWidth(line, Math.max(1, columns - 1)));
  }
}
