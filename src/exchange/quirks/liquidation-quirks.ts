import type { Liquidation } from 'ccxt';

// What liquidations mean at each exchange, where ccxt leaves that open. Each entry names its source.

/** Whose side ccxt's `side` is: of the order that closed the position, of the position, or of something unknown. */
type SideOf = 'order' | 'position' | 'unknown';

/**
 * - Binance: S is the side of the liquidation order ("Liquidation Order Streams" of its futures).
 * - Bybit: a message with "Buy" says that a long position was liquidated ("All Liquidation", S).
 * - OKX: `side` is the side of the order, `posSide` that of the position ("Liquidation orders channel").
 * - Lighter: ccxt derives it from `is_maker_ask`, and its documentation does not say whether the liquidated account is
 *   the taker (parseWsLiquidation of lighter.js).
 * - The simulated exchange is ours.
 */
const sides: Readonly<Record<string, SideOf>> = {
  binance: 'order',
  binancecoinm: 'order',
  binanceusdm: 'order',
  bybit: 'position',
  bybiteu: 'position',
  bybitid: 'position',
  myokx: 'order',
  okx: 'order',
  okxus: 'order',
  sim: 'order',
};

const opposite = { buy: 'sell', sell: 'buy' } as const;

/** The side of the order that closed the position; null if it is unknown. */
export function closingSide(exchange: string, { side }: Liquidation): 'buy' | 'sell' | null {
  if (side !== 'buy' && side !== 'sell') return null;
  switch (sides[exchange] ?? 'unknown') {
    case 'order':
      return side;
    case 'position':
      return opposite[side];
    case 'unknown':
      return null;
  }
}

/** The exchange's own message about one liquidation, or about several. */
type Info = Readonly<Record<string, unknown>>;

type ToRows = (row: Liquidation, info: Info) => readonly Liquidation[];

/** `z` is what the order has filled; ccxt gives `l`, which is only its last fill (parseWsLiquidation of binance.js). */
const binanceRows: ToRows = (row, { z }) => [{ ...row, contracts: z === undefined ? row.contracts : Number(z) }];

/** `details` lists the liquidations of one contract; ccxt gives only the first (parseWsLiquidation of okx.js). */
const okxRows: ToRows = (row, { details }) =>
  Array.isArray(details) && details.length > 1 ? details.map((detail: unknown) => toOkxRow(row, detail)) : [row];

function toOkxRow(row: Liquidation, detail: unknown): Liquidation {
  const { bkPx, side, sz, ts }: Info = typeof detail === 'object' && detail !== null ? { ...detail } : {};
  const known = side === 'buy' || side === 'sell' ? side : undefined;
  return { ...row, price: Number(bkPx), side: known, contracts: Number(sz), timestamp: Number(ts) };
}

const rows: Readonly<Record<string, ToRows>> = {
  binance: binanceRows,
  binancecoinm: binanceRows,
  binanceusdm: binanceRows,
  myokx: okxRows,
  okx: okxRows,
  okxus: okxRows,
};

/** The liquidations that a row of ccxt stands for. */
export function liquidationRows(exchange: string, row: Liquidation): readonly Liquidation[] {
  const { info }: { readonly info: unknown } = row;
  const isObject = typeof info === 'object' && info !== null;
  return isObject ? (rows[exchange]?.(row, { ...info }) ?? [row]) : [row];
}
