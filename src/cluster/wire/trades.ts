import type { Trade } from '../../market/model/trade.ts';
import {
  type Codec,
  listOf,
  readNullable,
  readNumber,
  readOneOf,
  readRow,
  readText,
  writeNullable,
  writeNumber,
} from './fields.ts';

const sides = ['buy', 'sell'] as const;

const tradeCodec: Codec<Trade> = {
  write: ({ exchange, symbol, id, nth, timestamp, price, amount, cost, side }) => {
    const numbers = [writeNumber(timestamp), writeNumber(price), writeNumber(amount), writeNullable(cost)];
    const row = [exchange, symbol, id, ...numbers, side];
    return nth === undefined ? row : [...row, writeNumber(nth)];
  },
  read: (json) => {
    const [exchange, symbol, id, timestamp, price, amount, cost, side, nth] = readRow(json);
    const trade = {
      exchange: readText(exchange),
      symbol: readText(symbol),
      id: readNullable(id, readText),
      timestamp: readNumber(timestamp),
      price: readNumber(price),
      amount: readNumber(amount),
      cost: readNullable(cost, readNumber),
      side: readNullable(side, (given) => readOneOf(given, sides)),
    };
    return Object.freeze(nth === undefined ? trade : { ...trade, nth: readNumber(nth) });
  },
};

export const tradesCodec: Codec<readonly Trade[]> = listOf(tradeCodec);
