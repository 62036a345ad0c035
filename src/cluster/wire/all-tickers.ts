import type { AllTickers, MissingTickers } from '../../market/model/all-tickers.ts';
import type { Fresh } from '../../market/model/fresh.ts';
import { marketTypes } from '../../market/model/market.ts';
import { sources, type Ticker } from '../../market/model/ticker.ts';
import { type AnswerCodec, toPieces } from './answer-codec.ts';
import { errorCodec } from './errors.ts';
import {
  type Codec,
  listOf,
  MalformedMessage,
  readFlag,
  readNullable,
  readNumber,
  readOneOf,
  readRow,
  readText,
  textCodec,
  writeNumber,
} from './fields.ts';
import { freshOf } from './results.ts';
import { tickerCodec } from './tickers.ts';

const symbols = listOf(textCodec);
const tickerList = listOf(tickerCodec);

const missingList = listOf<MissingTickers>({
  write: ({ symbols: missing, error }, time) => [symbols.write(missing, time), errorCodec.write(error, time)],
  read: (json, time) => {
    const [missing, error] = readRow(json);
    return Object.freeze({ symbols: symbols.read(missing, time), error: errorCodec.read(error, time) });
  },
});

/** In one piece: for the messages of a stream. */
export const allTickersCodec: Codec<AllTickers> = {
  write: ({ exchange, type, tickers, missing, receivedAt, source, stale }, time) => [
    exchange,
    type,
    writeNumber(time.toShared(receivedAt)),
    source,
    stale,
    tickerList.write(tickers, time),
    missingList.write(missing, time),
  ],
  read: (json, time) => {
    const [exchange, type, receivedAt, source, stale, tickers, missing] = readRow(json);
    return Object.freeze({
      exchange: readText(exchange),
      type: readNullable(type, (given) => readOneOf(given, marketTypes)),
      tickers: tickerList.read(tickers, time),
      missing: missingList.read(missing, time),
      timestamp: null,
      receivedAt: time.toLocal(readNumber(receivedAt)),
      source: readOneOf(source, sources),
      stale: readFlag(stale),
    });
  },
};

const freshCodec = freshOf(allTickersCodec);

/** The same as the answer to a query, in pieces. */
export const freshAllTickersCodec: AnswerCodec<Fresh<AllTickers>> = {
  *write({ value, freshUntil }, time) {
    yield freshCodec.write({ value: { ...value, tickers: [] }, freshUntil }, time);
    yield* toPieces(value.tickers, (ticker) => tickerCodec.write(ticker, time));
  },
  read: async (pieces, time) => {
    let head: Fresh<AllTickers> | null = null;
    const tickers: Ticker[] = [];
    for await (const piece of pieces) {
      if (!head) head = freshCodec.read(piece, time);
      else for (const row of readRow(piece)) tickers.push(tickerCodec.read(row, time));
    }
    if (!head) throw new MalformedMessage('answer');
    return { ...head, value: Object.freeze({ ...head.value, tickers: Object.freeze(tickers) }) };
  },
};
