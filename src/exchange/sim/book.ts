import { createRandom, hashText } from './noise.ts';
import { sideOf } from './trades.ts';
import type { Walk } from './walk.ts';

/** A price in price steps, and the amount that is offered there in lots. */
export interface SimLevel {
  readonly price: number;
  readonly amount: number;
}

/** An order book, best levels first. */
export interface SimBook {
  readonly bids: readonly SimLevel[];
  readonly asks: readonly SimLevel[];
}

/** How long the amount at a price stays the same: 5 seconds. Each price changes at its own times. */
const ticksPerAmount = 20;
const rhythmLayer = 2;
const amountLayer = 3;

/**
 * The book after tick number `tick`, with `depth` levels on each side. The tick's price is the best ask if takers
 * bought, and the best bid if they sold; the other side is one grid step (about 0.1 basis points) away. Below and above
 * the best, levels lie on a fixed grid of prices, so that they stay in place while the price moves.
 */
export function bookOf(walk: Walk, symbol: string, lotsPerTick: number, tick: number, depth: number): SimBook {
  const { price } = walk.tick(tick);
  const grid = 10 ** Math.max(0, Math.round(Math.log10(price * 1e-5)));
  const bought = sideOf(walk, symbol, tick) === 'buy';
  const bid = bought ? price - grid : price;
  const ask = bought ? price : price + grid;
  const key = hashText(symbol);
  const toLevel = (at: number): SimLevel => ({ price: at, amount: amountAt(key, lotsPerTick, at, tick) });
  const ranks = Array.from({ length: depth - 1 }, (_, rank) => rank);
  const below = Math.floor((bid - 1) / grid);
  const above = Math.ceil((ask + 1) / grid);
  return {
    bids: [bid, ...ranks.map((rank) => (below - rank) * grid)].filter((at) => at > 0).map(toLevel),
    asks: [ask, ...ranks.map((rank) => (above + rank) * grid)].map(toLevel),
  };
}

function amountAt(key: number, lotsPerTick: number, price: number, tick: number): number {
  const phase = Math.floor(createRandom(key, rhythmLayer, price)() * ticksPerAmount);
  const period = Math.floor((tick + phase) / ticksPerAmount);
  const random = createRandom(key ^ period, amountLayer, price);
  return 1 + Math.floor(lotsPerTick * 10 * random() ** 2);
}
