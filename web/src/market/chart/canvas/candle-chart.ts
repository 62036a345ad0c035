import {
  CandlestickSeries,
  createChart,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type IRange,
  type ISeriesApi,
  type MouseEventParams,
  type Time,
} from 'lightweight-charts';
import type { Candle } from '../candles/candle.ts';
import { firstDifference } from '../candles/merge-candles.ts';
import { toBars, toVolumeBar } from './bars.ts';
import { type ChartColors, readColors, watchColors } from './chart-colors.ts';
import {
  candleColors,
  colorOptions,
  fixedOptions,
  priceFormat,
  priceLineColors,
  priceLineOptions,
  volumeOptions,
  volumeScale,
} from './chart-options.ts';

/** A range of time, epoch ms, both ends included. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** What a chart is drawn for, and who learns of what people do with it. */
export interface CandleChartOptions {
  readonly timeframe: string;
  readonly onVisible: (range: TimeRange | null) => void;
  /** The start of the period under the pointer; null without one. */
  readonly onPointer: (timestamp: number | null) => void;
  /** The oldest candle is in view, or nearly. */
  readonly onNearBeginning: () => void;
}

/** A range of places on the time axis, which are numbered from the oldest on. */
type Places = IRange<number>;

// Older candles are loaded before the empty part comes into view.
const nearPlaces = 50;

const zoomFactor = 1.25;

/** Candlesticks with volume, drawn by lightweight-charts. */
export class CandleChart {
  readonly #options: CandleChartOptions;
  readonly #chart: IChartApi;
  readonly #candleSeries: ISeriesApi<'Candlestick'>;
  readonly #volumeSeries: ISeriesApi<'Histogram'>;
  readonly #unwatch: () => void;
  #colors: ChartColors = readColors();
  #candles: readonly Candle[] = [];
  #priceLine: IPriceLine | null = null;
  #next: Places | null = null;

  constructor(element: HTMLElement, options: CandleChartOptions) {
    this.#options = options;
    this.#chart = createChart(element, fixedOptions(options.timeframe));
    this.#candleSeries = this.#chart.addSeries(CandlestickSeries);
    this.#volumeSeries = this.#chart.addSeries(HistogramSeries, volumeOptions);
    this.#volumeSeries.priceScale().applyOptions(volumeScale);
    this.#paint(this.#colors);
    this.#unwatch = watchColors((colors) => this.#paint(colors));
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange(() => this.#onRange());
    this.#chart.subscribeCrosshairMove((event) => this.#onPointer(event));
  }

  /** Shows these candles. The newest stays in view if it was; otherwise what is in view stays where it is. */
  draw(candles: readonly Candle[]): void {
    const before = this.#candles;
    this.#candles = candles;
    this.#drawPrice(candles.at(-1)?.close ?? null);
    const newest = before.length - 1;
    const changed = firstDifference(before, candles);
    if (newest >= 0 && changed >= newest && candles.length > newest) {
      this.#drawFrom(newest, changed > newest);
      return;
    }
    this.#candleSeries.setData(toBars(candles, this.#options.timeframe));
    this.#volumeSeries.setData(candles.map((candle) => this.#toVolume(candle)));
    this.#onRange();
  }

  /** The smallest step of prices; null if it is not known. */
  setPriceStep(step: number | null): void {
    this.#candleSeries.applyOptions(priceFormat(step));
  }

  /** Shows fewer periods, or more of them; the newest in view stays. */
  zoom(direction: 'in' | 'out'): void {
    const factor = direction === 'in' ? 1 / zoomFactor : zoomFactor;
    this.#move(({ from, to }) => ({ from: to - (to - from) * factor, to }));
  }

  /** Moves by a part of what is in view: -0.5 is half of it, towards the past. */
  scroll(part: number): void {
    this.#move(({ from, to }) => ({ from: from + (to - from) * part, to: to + (to - from) * part }));
  }

  /** Follows the market again. */
  showNewest(): void {
    this.#chart.timeScale().scrollToPosition(this.#chart.options().timeScale.rightOffset, false);
  }

  remove(): void {
    this.#unwatch();
    this.#chart.remove();
  }

  /** The library moves in the next frame. Until then, each further step begins where the last one leads. */
  #move(toNext: (range: Places) => Places): void {
    const timeScale = this.#chart.timeScale();
    const places = this.#next ?? timeScale.getVisibleLogicalRange();
    if (!places) return;
    this.#next = toNext(places);
    timeScale.setVisibleLogicalRange(this.#next);
    requestAnimationFrame(() => {
      this.#next = null;
    });
  }

  /** Draws what comes after the candle that was the newest, and that one too unless it is the same. */
  #drawFrom(newest: number, isSame: boolean): void {
    const candles = this.#candles.slice(newest);
    const skipped = isSame ? 1 : 0;
    for (const bar of toBars(candles, this.#options.timeframe).slice(skipped)) this.#candleSeries.update(bar);
    for (const candle of candles.slice(skipped)) this.#volumeSeries.update(this.#toVolume(candle));
  }

  #drawPrice(price: number | null): void {
    if (price !== null && this.#priceLine) this.#priceLine.applyOptions({ price });
    else if (price !== null) {
      const options = { ...priceLineOptions, ...priceLineColors(this.#colors), price };
      this.#priceLine = this.#candleSeries.createPriceLine(options);
    } else if (this.#priceLine) {
      this.#candleSeries.removePriceLine(this.#priceLine);
      this.#priceLine = null;
    }
  }

  #paint(colors: ChartColors): void {
    this.#colors = colors;
    this.#chart.applyOptions(colorOptions(colors));
    this.#candleSeries.applyOptions(candleColors(colors));
    this.#priceLine?.applyOptions(priceLineColors(colors));
    this.#volumeSeries.setData(this.#candles.map((candle) => this.#toVolume(candle)));
  }

  #toVolume(candle: Candle) {
    return toVolumeBar(candle, { up: this.#colors.upTint, down: this.#colors.downTint });
  }

  #onRange(): void {
    const timeScale = this.#chart.timeScale();
    const range = timeScale.getVisibleRange();
    this.#options.onVisible(range && { from: toEpochMs(range.from), to: toEpochMs(range.to) });
    const places = timeScale.getVisibleLogicalRange();
    if (places && places.from < nearPlaces && this.#candles.length > 0) this.#options.onNearBeginning();
  }

  #onPointer({ time }: MouseEventParams): void {
    this.#options.onPointer(time === undefined ? null : toEpochMs(time));
  }
}

/** The times of the chart are those that `toBars` gave it: seconds. */
function toEpochMs(time: Time): number {
  return Number(time) * 1000;
}
