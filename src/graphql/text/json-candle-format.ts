import type { CandleFormat } from '../../market/model/candle-text.ts';

/** The fields of the type Candle, and `__typename`. */
const candleFields = [
  'timestamp',
  'datetime',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'closed',
  'stale',
  '__typename',
] as const;

export type CandleField = (typeof candleFields)[number];

/** A selected field, and the name under which the client receives it. */
export interface SelectedField {
  readonly name: string;
  readonly field: CandleField;
}

const names: ReadonlySet<string> = new Set(candleFields);

export function isCandleField(name: string): name is CandleField {
  return names.has(name);
}

/** The approximate length of a value: that of a datetime with its quotes. */
const valueLength = 26;

/** Writes candles as JSON objects, exactly as the executor and JSON.stringify would. */
export class JsonCandleFormat implements CandleFormat {
  readonly key: string;
  readonly rowLength: number;
  readonly #fields: readonly CandleField[];
  /** What stands before each value. */
  readonly #prefixes: readonly string[];

  /** `selected` has each name once, and at least one. */
  constructor(selected: readonly SelectedField[]) {
    this.key = selected.map(({ name, field }) => `${name}:${field}`).join();
    this.#fields = selected.map(({ field }) => field);
    this.#prefixes = selected.map(({ name }, index) => `${index === 0 ? '{' : ','}"${name}":`);
    this.rowLength = this.#prefixes.reduce((sum, { length }) => sum + length + valueLength, 0);
  }

  write(
    timestamp: number,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    closed: boolean,
  ): string | null {
    if (!Number.isFinite(open + high + low + close + volume)) return null;
    let text = '';
    for (let index = 0; index < this.#fields.length; index++) {
      text += this.#prefixes[index];
      switch (this.#fields[index]) {
        case 'timestamp':
          text += timestamp;
          break;
        case 'datetime':
          text += `"${new Date(timestamp).toISOString()}"`;
          break;
        case 'open':
          text += open;
          break;
        case 'high':
          text += high;
          break;
        case 'low':
          text += low;
          break;
        case 'close':
          text += close;
          break;
        case 'volume':
          text += volume;
          break;
        case 'closed':
          text += closed;
          break;
        case 'stale':
          // Only live candles can be stale.
          text += 'false';
          break;
        case '__typename':
          text += '"Candle"';
          break;
      }
    }
    return `${text}}`;
  }
}

/** Writes candles as rows of numbers, in the order of ccxt. */
export const ohlcvFormat: CandleFormat = {
  key: 'ohlcv',
  rowLength: 80,
  write: (timestamp, open, high, low, close, volume) =>
    Number.isFinite(open + high + low + close + volume)
      ? `[${timestamp},${open},${high},${low},${close},${volume}]`
      : null,
};
