import { createRandom, hashText, valueNoise } from './noise.ts';
import { subdivide, subdivideSecond, type WalkCandle } from './subdivide.ts';

/** Milliseconds from one tick to the next. Tick number n happens at n * tickMs, in epoch milliseconds. */
export const tickMs = 250;
export const ticksPerDay = 86_400_000 / tickMs;

/** The parameters of a walk; equal parameters give equal walks. */
export interface WalkParameters {
  readonly seed: number | string;
  /** Walks with the same price key take the same path, whatever their volumes. */
  readonly priceKey: string;
  readonly amountKey: string;
  /** The price around which the walk moves over the years, in price steps. */
  readonly price: number;
  /** Standard deviation of a day's return, for example 0.025. */
  readonly dailyMove: number;
  /** The average volume of a day, in lots; at least a few per tick. */
  readonly dailyLots: number;
  /**
   * Multiplies every price of the path. Multiplication is monotonic, so candles remain the exact sums of their ticks.
   */
  readonly priceFactor: number;
}

/** A simulated market: prices and volumes as a pure function of its parameters and the tick's number. */
export interface Walk {
  /** The price, in steps, and volume, in lots, of one tick. */
  tick(index: number): { readonly price: number; readonly volume: number };
  /** The candle of the ticks from `from` up to, but not including, `to`; `to` must be greater than `from`. */
  span(from: number, to: number): WalkCandle;
}

type CandleAt = (index: number) => WalkCandle;

/** From days down to ticks: how many of each level make one of the level above. */
const childCounts = [6, 4, 4, 3, 5, 60, 4] as const;

/**
 * How many subdivided candles are cached per level: enough for both ends of a rolling day and a few windows of history.
 */
const cachedParents = 32;

/**
 * For days: octaves of noise with periods of 1, 2, 4 ... 512 days, each as high as a random walk moves in its period.
 */
const octaveCount = 10;
/** With these octaves, the standard deviation of a day's return is 1.155 times the finest octave's height. */
const heightPerDeviation = 1 / 1.155;

/**
 * Builds the walk from the top: a day is drawn from noise, and each candle is split into those of the next level (4h,
 * 1h, 15m, 5m, 1m, 1s, tick). So any moment costs seven small splits, and every timeframe adds up exactly.
 */
export function createWalk(parameters: WalkParameters): Walk {
  const priceHash = hashText(`price:${parameters.seed}:${parameters.priceKey}`);
  const amountHash = hashText(`amount:${parameters.seed}:${parameters.amountKey}`);
  const { priceFactor } = parameters;

  const levels: { readonly ticks: number; readonly candleAt: CandleAt }[] = [];
  let ticks = ticksPerDay;
  let candleAt = createGroups(1, (day) => [drawDay(parameters, priceHash, amountHash, day)]);
  levels.push({ ticks, candleAt });
  for (const [layer, count] of childCounts.entries()) {
    const parentAt = candleAt;
    const childTicks = ticks / count;
    candleAt = createGroups(count, (index) => {
      const priceRandom = createRandom(priceHash, layer, index);
      const amountRandom = createRandom(amountHash, layer, index);
      return childTicks === 1
        ? subdivideSecond(parentAt(index), priceRandom, amountRandom)
        : subdivide(parentAt(index), count, childTicks, priceRandom, amountRandom);
    });
    ticks = childTicks;
    levels.push({ ticks, candleAt });
  }
  const tickAt = candleAt;
  const toPrice = (price: number): number => Math.round(price * priceFactor);

  return {
    tick(index) {
      const { close, volume } = tickAt(index);
      return { price: toPrice(close), volume };
    },
    span(from, to) {
      if (!(from < to)) throw new RangeError(`a span needs at least one tick, not ${from} to ${to}`);
      let open: number | undefined;
      let high = -Infinity;
      let low = Infinity;
      let close = 0;
      let volume = 0;
      for (let at = from; at < to; ) {
        const piece = levels.find((level) => at % level.ticks === 0 && at + level.ticks <= to);
        if (piece === undefined) throw new RangeError(`ticks are whole numbers, not ${from} and ${to}`);
        const candle = piece.candleAt(at / piece.ticks);
        open ??= candle.open;
        high = Math.max(high, candle.high);
        low = Math.min(low, candle.low);
        close = candle.close;
        volume += candle.volume;
        at += piece.ticks;
      }
      return { open: toPrice(open ?? close), high: toPrice(high), low: toPrice(low), close: toPrice(close), volume };
    },
  };
}

/** Gives single candles of groups of `size`, and caches the groups that were drawn last. */
function createGroups(size: number, drawGroup: (group: number) => readonly WalkCandle[]): CandleAt {
  const groups = new Map<number, readonly WalkCandle[]>();
  return (index) => {
    const group = Math.floor(index / size);
    let candles = groups.get(group);
    if (candles === undefined) {
      candles = drawGroup(group);
      if (groups.size >= cachedParents) dropOldest(groups);
      groups.set(group, candles);
    }
    const candle = candles[index - group * size];
    if (candle === undefined) throw new RangeError(`no candle ${index}`);
    return candle;
  };
}

function dropOldest(groups: Map<number, unknown>): void {
  const oldest = groups.keys().next();
  if (!oldest.done) groups.delete(oldest.value);
}

/** A day of the walk, by its number since the epoch. It closes where the next one opens. */
function drawDay(parameters: WalkParameters, priceHash: number, amountHash: number, day: number): WalkCandle {
  const { price, dailyMove, dailyLots } = parameters;
  const priceRandom = createRandom(priceHash, childCounts.length, day);
  const amountRandom = createRandom(amountHash, childCounts.length, day);
  const open = drawDayOpen(price, dailyMove, priceHash, day);
  const close = drawDayOpen(price, dailyMove, priceHash, day + 1);
  const deviation = dailyMove * open;
  const high = Math.max(open, close) + Math.round(0.8 * deviation * priceRandom());
  const low = Math.min(open, close) - Math.round(0.8 * deviation * priceRandom());
  const activity = (0.5 + amountRandom()) * (0.5 + (high - low) / (3.2 * deviation));
  return { open, high, low, close, volume: ticksPerDay + Math.round(dailyLots * activity) };
}

function drawDayOpen(price: number, dailyMove: number, priceHash: number, day: number): number {
  let logarithm = 0;
  for (let octave = 0; octave < octaveCount; octave++) {
    const period = 2 ** octave;
    const height = dailyMove * heightPerDeviation * Math.sqrt(period);
    logarithm += height * valueNoise(priceHash, childCounts.length + 1 + octave, period, day);
  }
  return Math.max(1, Math.round(price * Math.exp(logarithm)));
}
