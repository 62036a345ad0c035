import {
  type CandlestickSeriesPartialOptions,
  type ChartOptions,
  ColorType,
  CrosshairMode,
  type DeepPartial,
  type HistogramSeriesPartialOptions,
  LineStyle,
  type PriceLineOptions,
} from 'lightweight-charts';
import { formatPrice } from '../../../format/price.ts';
import type { ChartColors } from './chart-colors.ts';
import { toMinMove } from './price-step.ts';

/** What does not change while a chart is there. */
export function fixedOptions(timeframe: string): DeepPartial<ChartOptions> {
  const isSlow = matchMedia('(prefers-reduced-motion: reduce)').matches;
  return {
    autoSize: true,
    // The library's logo adds a style element, which the Content-Security-Policy forbids. The footer has the link.
    layout: { attributionLogo: false, fontSize: 12 },
    crosshair: { mode: CrosshairMode.Normal },
    kineticScroll: { touch: !isSlow, mouse: false },
    rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.08, bottom: 0.25 } },
    timeScale: {
      borderVisible: false,
      barSpacing: 7,
      rightOffset: 4,
      // Nothing is before the oldest candle.
      fixLeftEdge: true,
      timeVisible: /[smh]$/.test(timeframe),
      secondsVisible: timeframe.endsWith('s'),
    },
    // The same on every machine: the page is in English, and its times are in UTC.
    localization: { locale: 'en', dateFormat: 'dd MMM yyyy' },
  };
}

export function colorOptions(colors: ChartColors): DeepPartial<ChartOptions> {
  const { surface, line, muted, text, fontFamily } = colors;
  const crosshair = { color: muted, labelBackgroundColor: text };
  return {
    layout: { background: { type: ColorType.Solid, color: surface }, textColor: muted, fontFamily },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    crosshair: { vertLine: crosshair, horzLine: crosshair },
  };
}

/** Candles that rise are hollow, so that colour alone does not tell them from those that fall. */
export function candleColors({ surface, up, down }: ChartColors): CandlestickSeriesPartialOptions {
  return {
    upColor: surface,
    borderUpColor: up,
    wickUpColor: up,
    downColor: down,
    borderDownColor: down,
    wickDownColor: down,
    // The library's own line would have the price of the last candle in view, which may be old.
    lastValueVisible: false,
    priceLineVisible: false,
  };
}

/** The line at the newest price. */
export function priceLineColors({ accent }: ChartColors): PriceLineColors {
  return { color: accent, axisLabelColor: accent };
}

type PriceLineColors = Pick<PriceLineOptions, 'color' | 'axisLabelColor'>;

export const priceLineOptions = { lineWidth: 1, lineStyle: LineStyle.Dotted, axisLabelVisible: true } as const;

export function priceFormat(step: number | null): CandlestickSeriesPartialOptions {
  const format = (price: number): string => formatPrice(price, step);
  return { priceFormat: { type: 'custom', minMove: toMinMove(step), formatter: format } };
}

/** The lowest fifth of the chart. */
export const volumeScale = { scaleMargins: { top: 0.8, bottom: 0 } };

export const volumeOptions: HistogramSeriesPartialOptions = {
  priceScaleId: '',
  priceFormat: { type: 'volume' },
  priceLineVisible: false,
  lastValueVisible: false,
};
