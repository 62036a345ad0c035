import { CandlestickSeries, createChart, type UTCTimestamp } from 'lightweight-charts';
import { client } from '../client';
import { type Candle, loadCandles, market, watchCandles } from './candles';

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, M: 2_419_200 };
const step = Number.parseInt(market.timeframe, 10) * (seconds[market.timeframe.slice(-1)] ?? 60);

const chart = createChart('chart', { autoSize: true, timeScale: { timeVisible: true } });
const series = chart.addSeries(CandlestickSeries);
const show = (text: string) => document.querySelector('output')?.replaceChildren(text);
let candles: Candle[] = [];
let hasOlder = false;

/** A period without trades has no candle. It gets an empty place, so that a gap stays a gap. */
function* toBars(some: readonly Candle[]) {
  for (const [index, { timestamp, open, high, low, close }] of some.entries()) {
    const time = timestamp / 1000;
    yield { time: time as UTCTimestamp, open, high, low, close };
    const next = (some[index + 1]?.timestamp ?? 0) / 1000;
    for (let empty = time + step; empty < next - step / 2; empty += step) yield { time: empty as UTCTimestamp };
  }
}

async function loadOlder() {
  hasOlder = false;
  const older = await loadCandles(candles[0]?.timestamp);
  candles = [...older, ...candles];
  series.setData([...toBars(candles)]);
  hasOlder = older.length > 0;
}

function add(candle: Candle) {
  const newest = candles.at(-1) ?? candle;
  const isNew = candle.timestamp > newest.timestamp;
  if (!isNew) candles.pop();
  candles.push(candle);
  for (const bar of toBars(isNew ? [newest, candle] : [candle])) series.update(bar);
  show(`${market.symbol} ${candle.close}${candle.stale ? ' (stale)' : ''}`);
}

chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
  if (!hasOlder || !range || range.from > 20) return;
  loadOlder().catch(() => setTimeout(() => (hasOlder = true), 5000));
});

client.on('connecting', (isRetry) => isRetry && show('connecting'));

for (;;) {
  try {
    candles = [];
    await loadOlder();
    for await (const candle of watchCandles(candles.at(-1)?.timestamp)) add(candle);
  } catch (reason) {
    show(reason instanceof Error ? reason.message : 'disconnected');
  }
  await new Promise((resolve) => setTimeout(resolve, 5000));
}
