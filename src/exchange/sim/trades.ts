import { createRandom, hashText } from './noise.ts';
import type { Walk } from './walk.ts';

/** A trade in whole numbers: its price in price steps, its amount in lots. */
export interface SimTrade {
  /** Unique in its market, and greater than the ids of all trades before it. */
  readonly id: number;
  readonly tick: number;
  readonly price: number;
  readonly amount: number;
  /** The taker's side. */
  readonly side: 'buy' | 'sell';
}

const maxPerTick = 4;
const idsPerTick = 10;
const sideLayer = 0;
const amountLayer = 1;

/** The taker's side in a tick: buyers raise the price, sellers lower it, and either may leave it unchanged. */
export function sideOf(walk: Walk, symbol: string, tick: number): 'buy' | 'sell' {
  const move = walk.tick(tick).price - walk.tick(tick - 1).price;
  if (move !== 0) return move > 0 ? 'buy' : 'sell';
  return createRandom(hashText(symbol), sideLayer, tick)() < 0.5 ? 'buy' : 'sell';
}

/** The one to four trades of a tick: at its price, on one side, with amounts that add up to its volume. */
export function tradesOf(walk: Walk, symbol: string, tick: number): readonly SimTrade[] {
  const { price, volume } = walk.tick(tick);
  const side = sideOf(walk, symbol, tick);
  const random = createRandom(hashText(symbol), amountLayer, tick);
  const count = Math.min(volume, 1 + Math.floor(maxPerTick * random() ** 2));
  const trades: SimTrade[] = [];
  let rest = volume;
  for (let left = count; left > 0; left--) {
    // Each remaining trade needs at least one lot.
    const amount = left === 1 ? rest : 1 + Math.floor((rest - left) * random());
    trades.push({ id: tick * idsPerTick + trades.length, tick, price, amount, side });
    rest -= amount;
  }
  return trades;
}

/** The newest `limit` trades of the ticks from `from` to `to`, both included, oldest first. */
export function newestTrades(walk: Walk, symbol: string, from: number, to: number, limit: number): readonly SimTrade[] {
  const newestFirst: SimTrade[] = [];
  for (let tick = to; tick >= from && newestFirst.length < limit; tick--) {
    newestFirst.push(...tradesOf(walk, symbol, tick).toReversed());
  }
  return newestFirst.slice(0, limit).reverse();
}

/** The oldest `limit` trades of the ticks from `from` to `to`, both included, oldest first. */
export function oldestTrades(walk: Walk, symbol: string, from: number, to: number, limit: number): readonly SimTrade[] {
  const trades: SimTrade[] = [];
  for (let tick = from; tick <= to && trades.length < limit; tick++) trades.push(...tradesOf(walk, symbol, tick));
  return trades.slice(0, limit);
}
