import type { Candle, CandleLimits, CandleWindow } from '../../market/model/candle.ts';
import type { StreamedCandle } from '../../market/ports/market-streams.ts';
import { errorCodec } from './errors.ts';
import {
  type Codec,
  listOf,
  readFlag,
  readNullable,
  readNumber,
  readRow,
  writeNullable,
  writeNumber,
} from './fields.ts';

export const candleCodec: Codec<StreamedCandle> = {
  write: ({ timestamp, open, high, low, close, volume, closed, stale, isFinal }) => {
    const row = [
      writeNumber(timestamp),
      writeNumber(open),
      writeNumber(high),
      writeNumber(low),
      writeNumber(close),
      writeNumber(volume),
      closed,
    ];
    // Most candles have neither.
    return stale === undefined && isFinal === undefined ? row : [...row, stale ?? null, isFinal ?? null];
  },
  read: (json) => {
    const [timestamp, open, high, low, close, volume, closed, stale, isFinal] = readRow(json);
    const isStale = readNullable(stale, readFlag);
    return Object.freeze({
      timestamp: readNumber(timestamp),
      open: readNumber(open),
      high: readNumber(high),
      low: readNumber(low),
      close: readNumber(close),
      volume: readNumber(volume),
      closed: readFlag(closed),
      ...(isStale === null ? {} : { stale: isStale }),
      ...(isFinal === true ? { isFinal } : {}),
    });
  },
};

export const candlesCodec: Codec<readonly StreamedCandle[]> = listOf(candleCodec);

const plainCandles: Codec<readonly Candle[]> = candlesCodec;

export const candleLimitsCodec: Codec<CandleLimits> = {
  write: ({ perCall, oldest }) => [writeNumber(perCall), writeNumber(oldest)],
  read: (json) => {
    const [perCall, oldest] = readRow(json);
    return Object.freeze({ perCall: readNumber(perCall), oldest: readNumber(oldest) });
  },
};

export const candleWindowCodec: Codec<CandleWindow> = {
  write: ({ candles, from, next, doubt, asked }, time) => [
    plainCandles.write(candles, time),
    writeNumber(from),
    writeNullable(next),
    doubt ? errorCodec.write(doubt, time) : null,
    asked ? [writeNumber(time.toShared(asked.askedAt)), writeNumber(time.toShared(asked.receivedAt))] : null,
  ],
  read: (json, time) => {
    const [candles, from, next, doubt, asked] = readRow(json);
    const error = readNullable(doubt, (given) => errorCodec.read(given, time));
    const [askedAt, receivedAt] = readNullable(asked, readRow) ?? [];
    return Object.freeze({
      candles: plainCandles.read(candles, time),
      from: readNumber(from),
      next: readNullable(next, readNumber),
      ...(error ? { doubt: error } : {}),
      ...(askedAt === undefined
        ? {}
        : {
            asked: Object.freeze({
              askedAt: time.toLocal(readNumber(askedAt)),
              receivedAt: time.toLocal(readNumber(receivedAt)),
            }),
          }),
    });
  },
};
