import type { AllTickers, MissingTickers } from '../../market/model/all-tickers.ts';
import { marketTypes } from '../../market/model/market.ts';
import { sources } from '../../market/model/ticker.ts';
import { errorCodec } from './errors.ts';
import {
  type Codec,
  listOf,
  readFlag,
  readNullable,
  readNumber,
  readOneOf,
  readRow,
  readText,
  textCodec,
  writeNumber,
} from './fields.ts';
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
