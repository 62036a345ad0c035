/** A liquidation in whole numbers: its price in price steps, its amount in lots. */
export interface SimLiquidation {
  readonly tick: number;
  readonly price: number;
  readonly amount: number;
  /** The side of the order that closed the position. */
  readonly side: 'buy' | 'sell';
}

/** What the liquidations of a market depend on. */
export interface LiquidationInput {
  readonly walk: {
    tick(index: number): { readonly price: number; readonly volume: number };
    span(from: number, to: number): { readonly high: number; readonly low: number };
  };
  /** Draws numbers in [0, 1) that depend on the tick alone. */
  readonly random: (tick: number) => () => number;
}

const ticksPerMinute = 240;

/** The chance of a liquidation in a tick that moves as far as the whole minute before: it makes a few in a minute. */
const chanceOfMinute = 1.5;
const maxChance = 0.2;

/**
 * The liquidation of a tick, if there is one. A falling price liquidates long positions, a rising one short positions,
 * and large moves more often: large by the measure of the minute before. It happens at the tick's price and is a part of its volume, like a trade of that tick.
 */
export function liquidationOf({ walk, random }: LiquidationInput, tick: number): SimLiquidation | null {
  const [before, { price, volume }] = [walk.tick(tick - 1).price, walk.tick(tick)];
  const minute = Math.floor(tick / ticksPerMinute) * ticksPerMinute;
  const { high, low } = walk.span(minute - ticksPerMinute, minute);
  const ratio = (price - before) / Math.max(1, high - low);
  const draw = random(tick);
  if (volume === 0 || draw() >= Math.min(maxChance, chanceOfMinute * ratio ** 2)) return null;
  const amount = 1 + Math.floor((volume - 1) * draw());
  return { tick, price, amount, side: price > before ? 'buy' : 'sell' };
}

/** The liquidations of the ticks from `from` to `to`, both included, oldest first. */
export function liquidationsOf(input: LiquidationInput, from: number, to: number): readonly SimLiquidation[] {
  const liquidations: SimLiquidation[] = [];
  for (let tick = from; tick <= to; tick++) {
    const liquidation = liquidationOf(input, tick);
    if (liquidation) liquidations.push(liquidation);
  }
  return liquidations;
}
