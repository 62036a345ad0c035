import { drawBell, type Random } from './noise.ts';

/** A candle of the walk in whole numbers: prices in price steps of the market, volume in its lots. */
export interface WalkCandle {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** The mean range of a driftless random walk, in standard deviations of its end: sqrt(8 / pi) (Feller, 1951). */
const rangePerDeviation = 1.6;

interface Shape {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/**
 * Splits a candle into `count` consecutive ones that add up to it exactly: the first opens and the last closes like the
 * parent, each opens where the one before closed, none leaves the parent's range, its high and low are reached, and the
 * volumes add up. Every child first gets `ticksPerChild` lots, so that each tick in it trades at least one lot.
 */
export function subdivide(
  parent: WalkCandle,
  count: number,
  ticksPerChild: number,
  priceRandom: Random,
  amountRandom: Random,
): readonly WalkCandle[] {
  const deviation = (parent.high - parent.low) / (rangePerDeviation * Math.sqrt(count));
  const shapes = drawShapes(parent, count, deviation, priceRandom);
  const weights = shapes.map(({ high, low }) => (0.5 + amountRandom()) * (1 + deviation + high - low));
  const volumes = splitLots(parent.volume, weights, ticksPerChild);
  return shapes.map(({ open, high, low, close }, index) => ({ open, high, low, close, volume: volumes[index] ?? 0 }));
}

/**
 * Splits a second into its ticks, each a candle with one price. The first is the second's open, the last its close, and
 * the two between are its high and low in either order, which is the minimum that makes the four add up to it.
 */
export function subdivideSecond(second: WalkCandle, priceRandom: Random, amountRandom: Random): readonly WalkCandle[] {
  const { open, high, low, close } = second;
  const prices = priceRandom() < 0.5 ? [open, high, low, close] : [open, low, high, close];
  const weights = prices.map(() => 0.1 + amountRandom() ** 2);
  const volumes = splitLots(second.volume, weights, 1);
  return prices.map((price, index) => ({
    open: price,
    high: price,
    low: price,
    close: price,
    volume: volumes[index] ?? 0,
  }));
}

/** A random bridge from the parent's open to its close, with wicks, scaled into the parent's range. */
function drawShapes(parent: WalkCandle, count: number, deviation: number, random: Random): readonly Shape[] {
  const shapes: Shape[] = [];
  let open = parent.open;
  for (let left = count; left > 0; left--) {
    const drift = (parent.close - open) / left;
    const close = left === 1 ? parent.close : open + drift + deviation * Math.sqrt(1 - 1 / left) * drawBell(random);
    // A body is half of the mean range, so the two wicks share the other half.
    const high = Math.max(open, close) + 0.8 * deviation * random();
    const low = Math.min(open, close) - 0.8 * deviation * random();
    shapes.push({ open, high, low, close });
    open = close;
  }
  const highest = shapes.reduce((best, shape) => (shape.high > best.high ? shape : best));
  const lowest = shapes.reduce((best, shape) => (shape.low < best.low ? shape : best));
  const toWhole = createFit(parent, highest.high, lowest.low);
  return shapes.map((shape) => ({
    open: toWhole(shape.open),
    high: shape === highest ? parent.high : toWhole(shape.high),
    low: shape === lowest ? parent.low : toWhole(shape.low),
    close: toWhole(shape.close),
  }));
}

/**
 * Maps drawn prices to whole ones in the parent's range, in the same order. Prices between the parent's open and close
 * stay, so that the bridge keeps its ends; those beyond are scaled so that the furthest is the parent's high or low.
 */
function createFit(parent: WalkCandle, highest: number, lowest: number): (price: number) => number {
  const top = Math.max(parent.open, parent.close);
  const bottom = Math.min(parent.open, parent.close);
  const up = highest > top ? (parent.high - top) / (highest - top) : 0;
  const down = lowest < bottom ? (bottom - parent.low) / (bottom - lowest) : 0;
  return (price) => {
    if (price > top) return Math.round(top + (price - top) * up);
    if (price < bottom) return Math.round(bottom - (bottom - price) * down);
    return Math.round(price);
  };
}

/**
 * Distributes whole lots by weight, at least `least` each, that add up to `total`. Needs `total >= least *
 * weights.length`.
 */
function splitLots(total: number, weights: readonly number[], least: number): readonly number[] {
  const surplus = total - least * weights.length;
  const weightOfAll = weights.reduce((sum, weight) => sum + weight, 0);
  let weightSoFar = 0;
  let givenSoFar = 0;
  return weights.map((weight) => {
    weightSoFar += weight;
    // This sum adds the weights in the same order as the one above, so the last quotient is exactly 1.
    const dueSoFar = Math.floor(surplus * (weightSoFar / weightOfAll));
    const lots = least + dueSoFar - givenSoFar;
    givenSoFar = dueSoFar;
    return lots;
  });
}
