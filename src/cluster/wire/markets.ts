import type { MarketDataError } from '../../market/errors.ts';
import { marketKind } from '../../market/market-ref.ts';
import {
  type Market,
  type MarketLimits,
  type Markets,
  type MinMax,
  marketTypes,
  noBounds,
  noLimits,
  optionTypes,
} from '../../market/model/market.ts';
import type { SharedTime } from '../members/shared-time.ts';
import { type AnswerCodec, toPieces } from './answer-codec.ts';
import { errorCodec } from './errors.ts';
import {
  type Codec,
  type Json,
  readFlag,
  readNullable,
  readNumber,
  readOneOf,
  readRow,
  readText,
  writeNullable,
  writeNumber,
} from './fields.ts';

/** A list of markets, or null if the one that the reader has is still the same. */
export interface MarketList {
  /** Equal for the same list, and never for different ones; null if the list cannot be named. */
  readonly version: string | null;
  /** Until when the list is fresh, epoch ms. */
  readonly freshUntil: number;
  readonly markets: Markets | null;
}

/** A symbol of each kind of market that can be missing as a whole. */
const kindSamples = ['A/B', 'A/B:B', 'A/B:A', 'A/B:B-301227', 'A/B:A-301227', 'A/B:B-301227-1-C', 'A/B:A-301227-1-C'];

/** The errors of the kinds of market that could not be listed, by kind. */
export function missingKinds({ whyMissing }: Markets): ReadonlyMap<string, MarketDataError> {
  const errors = kindSamples.flatMap((symbol) => {
    const error = whyMissing?.(symbol);
    return error ? [[marketKind(symbol), error] as const] : [];
  });
  return new Map(errors);
}

export const marketListCodec: AnswerCodec<MarketList> = {
  *write({ version, freshUntil, markets }, time) {
    const missing = markets && [...missingKinds(markets)].map(([kind, error]) => [kind, errorCodec.write(error, time)]);
    yield [version, writeNumber(time.toShared(freshUntil)), missing];
    if (markets) yield* toPieces(markets.values(), (market) => marketCodec.write(market, time));
  },
  read: async (pieces, time) => {
    let head: readonly unknown[] | null = null;
    const markets = new Map<string, Market>();
    for await (const piece of pieces) {
      const rows = readRow(piece);
      if (!head) {
        head = rows;
        continue;
      }
      for (const row of rows) {
        const market = marketCodec.read(row, time);
        markets.set(market.symbol, market);
      }
    }
    const [version, freshUntil, missing] = head ?? readRow(null);
    return {
      version: readNullable(version, readText),
      freshUntil: time.toLocal(readNumber(freshUntil)),
      markets: readNullable(missing, (given) => withMissing(markets, readRow(given), time)),
    };
  },
};

function withMissing(markets: Map<string, Market>, missing: readonly unknown[], time: SharedTime): Markets {
  if (missing.length === 0) return markets;
  const errors = new Map(
    missing.map((row) => {
      const [kind, error] = readRow(row);
      return [readText(kind), errorCodec.read(error, time)] as const;
    }),
  );
  const whyMissing = (symbol: string): MarketDataError | null =>
    errors.get(marketKind(symbol))?.withSymbol(symbol) ?? null;
  return Object.assign(markets, { whyMissing });
}

const number = (json: unknown): number | null => readNullable(json, readNumber);
const flag = (json: unknown): boolean | null => readNullable(json, readFlag);

export const marketCodec: Codec<Market> = {
  write: (market) => [
    market.exchange,
    market.symbol,
    market.exchangeSymbol,
    market.base,
    market.quote,
    market.settle,
    market.type,
    market.active,
    market.margin,
    market.linear,
    market.inverse,
    writeNullable(market.contractSize),
    writeNullable(market.expiry),
    writeNullable(market.strike),
    market.optionType,
    writeNullable(market.listedAt),
    writeNullable(market.maker),
    writeNullable(market.taker),
    writeLimits(market.limits),
    writeNullable(market.pricePrecision),
    writeNullable(market.amountPrecision),
  ],
  read: (json) => {
    const row = readRow(json);
    return Object.freeze({
      exchange: readText(row[0]),
      symbol: readText(row[1]),
      exchangeSymbol: readText(row[2]),
      base: readText(row[3]),
      quote: readText(row[4]),
      settle: readNullable(row[5], readText),
      type: readOneOf(row[6], marketTypes),
      active: flag(row[7]),
      margin: flag(row[8]),
      linear: flag(row[9]),
      inverse: flag(row[10]),
      contractSize: number(row[11]),
      expiry: number(row[12]),
      strike: number(row[13]),
      optionType: readNullable(row[14], (given) => readOneOf(given, optionTypes)),
      listedAt: number(row[15]),
      maker: number(row[16]),
      taker: number(row[17]),
      limits: readLimits(row[18]),
      pricePrecision: number(row[19]),
      amountPrecision: number(row[20]),
    });
  },
};

function writeLimits({ amount, price, cost }: MarketLimits): Json {
  const row = [amount, price, cost].flatMap(({ min, max }) => [writeNullable(min), writeNullable(max)]);
  return row.every((bound) => bound === null) ? null : row;
}

function readLimits(json: unknown): MarketLimits {
  if (json === null) return noLimits;
  const row = readRow(json).map(number);
  return Object.freeze({
    amount: toBounds(row[0], row[1]),
    price: toBounds(row[2], row[3]),
    cost: toBounds(row[4], row[5]),
  });
}

function toBounds(min: number | null = null, max: number | null = null): MinMax {
  return min === null && max === null ? noBounds : Object.freeze({ min, max });
}
