import { type MarkPrice, sources, type Ticker } from '../../market/model/ticker.ts';
import {
  type Codec,
  readFlag,
  readNullable,
  readNumber,
  readOneOf,
  readRow,
  readText,
  writeNullable,
  writeNumber,
} from './fields.ts';

const number = (json: unknown): number | null => (typeof json === 'number' ? json : readNullable(json, readNumber));

export const tickerCodec: Codec<Ticker> = {
  write: (ticker, time) => [
    ticker.exchange,
    ticker.symbol,
    writeNullable(ticker.timestamp),
    writeNumber(time.toShared(ticker.receivedAt)),
    ticker.source,
    ticker.stale,
    writeNullable(ticker.last),
    writeNullable(ticker.open),
    writeNullable(ticker.high),
    writeNullable(ticker.low),
    writeNullable(ticker.close),
    writeNullable(ticker.previousClose),
    writeNullable(ticker.bid),
    writeNullable(ticker.bidVolume),
    writeNullable(ticker.ask),
    writeNullable(ticker.askVolume),
    writeNullable(ticker.vwap),
    writeNullable(ticker.change),
    writeNullable(ticker.percentage),
    writeNullable(ticker.average),
    writeNullable(ticker.baseVolume),
    writeNullable(ticker.quoteVolume),
    writeNullable(ticker.markPrice),
    writeNullable(ticker.indexPrice),
  ],
  read: (json, time) => {
    const row = readRow(json);
    return Object.freeze({
      exchange: readText(row[0]),
      symbol: readText(row[1]),
      timestamp: number(row[2]),
      receivedAt: time.toLocal(readNumber(row[3])),
      source: readOneOf(row[4], sources),
      stale: readFlag(row[5]),
      last: number(row[6]),
      open: number(row[7]),
      high: number(row[8]),
      low: number(row[9]),
      close: number(row[10]),
      previousClose: number(row[11]),
      bid: number(row[12]),
      bidVolume: number(row[13]),
      ask: number(row[14]),
      askVolume: number(row[15]),
      vwap: number(row[16]),
      change: number(row[17]),
      percentage: number(row[18]),
      average: number(row[19]),
      baseVolume: number(row[20]),
      quoteVolume: number(row[21]),
      markPrice: number(row[22]),
      indexPrice: number(row[23]),
    });
  },
};

export const markPriceCodec: Codec<MarkPrice> = {
  write: ({ exchange, symbol, markPrice, indexPrice }) => [
    exchange,
    symbol,
    writeNullable(markPrice),
    writeNullable(indexPrice),
  ],
  read: (json) => {
    const [exchange, symbol, markPrice, indexPrice] = readRow(json);
    return Object.freeze({
      exchange: readText(exchange),
      symbol: readText(symbol),
      markPrice: number(markPrice),
      indexPrice: number(indexPrice),
    });
  },
};
