import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Candle } from '../../market/model/candle.ts';
import type { CandleFormat, CandleText } from '../../market/model/candle-text.ts';
import { toCandleText, WrittenRows } from './written-rows.ts';

/** How many rows are written in one turn of the event loop. They take about 2 ms. */
const rowsPerTurn = 1000;

/** Writes candles whose text is not kept. Resolves with null if a number is not finite. */
export async function writeCandles(candles: readonly Candle[], format: CandleFormat): Promise<CandleText | null> {
  const pieces: Uint8Array[] = [];
  for (let begin = 0; begin < candles.length; begin += rowsPerTurn) {
    if (begin > 0) await nextTurn();
    const rows: string[] = [];
    for (const { timestamp, open, high, low, close, volume, closed } of candles.slice(begin, begin + rowsPerTurn)) {
      const row = format.write(timestamp, open, high, low, close, volume, closed);
      if (row === null) return null;
      rows.push(row);
    }
    pieces.push(new WrittenRows(rows).bytes);
  }
  return toCandleText(pieces);
}
