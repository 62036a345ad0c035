import type { OrderBook, PriceLevel } from '../../market/model/order-book.ts';
import {
  type Codec,
  type Json,
  MalformedMessage,
  readFlag,
  readNullable,
  readNumber,
  readRow,
  readText,
  writeNullable,
  writeNumber,
} from './fields.ts';

export const orderBookCodec: Codec<OrderBook> = {
  write: ({ exchange, symbol, timestamp, receivedAt, bids, asks, stale }, time) => [
    exchange,
    symbol,
    writeNullable(timestamp),
    writeNumber(time.toShared(receivedAt)),
    stale,
    writeSide(bids),
    writeSide(asks),
  ],
  read: (json, time) => {
    const [exchange, symbol, timestamp, receivedAt, stale, bids, asks] = readRow(json);
    return Object.freeze({
      exchange: readText(exchange),
      symbol: readText(symbol),
      timestamp: readNullable(timestamp, readNumber),
      receivedAt: time.toLocal(readNumber(receivedAt)),
      bids: readSide(bids),
      asks: readSide(asks),
      stale: readFlag(stale),
    });
  },
};

/** Price and amount in turn: a list for each level would take longer to parse. */
function writeSide(levels: readonly PriceLevel[]): Json {
  const row: Json[] = [];
  for (const { price, amount } of levels) row.push(writeNumber(price), writeNumber(amount));
  return row;
}

function readSide(json: unknown): readonly PriceLevel[] {
  const row = readRow(json);
  if (row.length % 2 !== 0) throw new MalformedMessage('pairs of price and amount');
  const levels: PriceLevel[] = [];
  for (let index = 0; index < row.length; index += 2) {
    levels.push(Object.freeze({ price: readNumber(row[index]), amount: readNumber(row[index + 1]) }));
  }
  return Object.freeze(levels);
}
