import type { Candle } from '../market/model/candle.ts';
import { DirectionalIndex } from './directional-index.ts';
import type { Indicator } from './indicator.ts';
import { ATR, BollingerBands, EMA, MACD, OBV, RSI, SMA, StochasticOscillator } from './library.ts';
import { RollingVwap, SessionVwap } from './vwap.ts';
import { WilderAverage } from './wilder-average.ts';

/** The values of an indicator at the next candle, one for each output; null while it has too few candles. */
export type AddCandle = (candle: Candle) => readonly (number | null)[];

/** A line of an indicator. */
export interface Output {
  readonly name: string;
  /** The number of candles until it has its first value. */
  readonly needs: number;
}

export interface Calculation {
  readonly outputs: readonly Output[];
  /** Begins a calculation. With `isCut`, there were candles before the first one, which it does not get. */
  begin(isCut: boolean): AddCandle;
}

/** How an indicator is calculated; by the library, except for ADX and VWAP over a period. */
export function calculationOf(indicator: Indicator): Calculation {
  switch (indicator.kind) {
    case 'SMA': {
      const { period } = indicator;
      return ofValue(period, () => closes(new SMA(period)));
    }
    case 'EMA': {
      const { period } = indicator;
      return ofValue(period, () => closes(new EMA(period)));
    }
    case 'RSI': {
      const { period } = indicator;
      return ofValue(period + 1, () => closes(new RSI(period, WilderAverage)));
    }
    case 'ATR': {
      const { period } = indicator;
      return ofValue(period, () => candles(new ATR(period, WilderAverage)));
    }
    case 'ADX': {
      const { period } = indicator;
      return ofValue(2 * period - 1, () => candles(new DirectionalIndex(period)));
    }
    case 'VWAP': {
      const { period } = indicator;
      if (period === null) return ofValue(1, (isCut) => candles(new SessionVwap(isCut)));
      return ofValue(period, () => candles(new RollingVwap(period)));
    }
    case 'OBV':
      return ofValue(2, () => candles(new OBV(2)));
    case 'MACD':
      return ofMacd(indicator);
    case 'BOLLINGER':
      return ofBands(indicator);
    case 'STOCHASTIC':
      return ofStochastic(indicator);
  }
}

function ofValue(needs: number, begin: (isCut: boolean) => (candle: Candle) => number | null): Calculation {
  return {
    outputs: [{ name: 'value', needs }],
    begin: (isCut) => {
      const add = begin(isCut);
      return (candle) => [add(candle)];
    },
  };
}

function closes(indicator: { add(close: number): number | null }): (candle: Candle) => number | null {
  return ({ close }) => indicator.add(close);
}

function candles(indicator: { add(candle: Candle): number | null }): (candle: Candle) => number | null {
  return (candle) => indicator.add(candle);
}

function ofMacd({ fast, slow, signal }: Extract<Indicator, { kind: 'MACD' }>): Calculation {
  return {
    outputs: [
      { name: 'macd', needs: slow },
      { name: 'signal', needs: slow + signal - 1 },
      { name: 'histogram', needs: slow + signal - 1 },
    ],
    begin: () => {
      const macd = new MACD(new EMA(fast), new EMA(slow), new EMA(signal));
      return ({ close }) => {
        const result = macd.add(close);
        return result ? [result.macd, result.signal, result.histogram] : [null, null, null];
      };
    },
  };
}

function ofBands({ period, deviations }: Extract<Indicator, { kind: 'BOLLINGER' }>): Calculation {
  return {
    outputs: ['upper', 'middle', 'lower'].map((name) => ({ name, needs: period })),
    begin: () => {
      const bands = new BollingerBands(period, deviations);
      return ({ close }) => {
        const result = bands.add(close);
        return result ? [result.upper, result.middle, result.lower] : [null, null, null];
      };
    },
  };
}

/** The fast stochastic: k is not smoothed, d is its simple average. */
function ofStochastic({ period, signal }: Extract<Indicator, { kind: 'STOCHASTIC' }>): Calculation {
  return {
    outputs: ['k', 'd'].map((name) => ({ name, needs: period + signal - 1 })),
    begin: () => {
      const oscillator = new StochasticOscillator({ kPeriod: period, kSlowingPeriod: 1, dPeriod: signal });
      return (candle) => {
        const result = oscillator.add(candle);
        return result ? [result.stochK, result.stochD] : [null, null];
      };
    },
  };
}
