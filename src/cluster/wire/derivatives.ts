import type { FundingPayment, FundingRate } from '../../market/model/derivatives/funding-rate.ts';
import type { Liquidation } from '../../market/model/derivatives/liquidation.ts';
import type { OpenInterest } from '../../market/model/derivatives/open-interest.ts';
import { sources } from '../../market/model/ticker.ts';
import {
  type Codec,
  listOf,
  readFlag,
  readNullable,
  readNumber,
  readOneOf,
  readRow,
  readText,
  writeNullable,
  writeNumber,
} from './fields.ts';

const sides = ['buy', 'sell'] as const;

export const fundingRateCodec: Codec<FundingRate> = {
  write: (rate, time) => [
    rate.exchange,
    rate.symbol,
    writeNullable(rate.timestamp),
    writeNumber(time.toShared(rate.receivedAt)),
    rate.source,
    rate.stale,
    writeNullable(rate.rate),
    writeNullable(rate.nextRate),
    writeNullable(rate.intervalMs),
    writeNullable(rate.nextFundingTime),
    writeNullable(rate.markPrice),
    writeNullable(rate.indexPrice),
  ],
  read: (json, time) => {
    const row = readRow(json);
    const [exchange, symbol, timestamp, receivedAt, source, stale] = row;
    const [rate, nextRate, intervalMs, nextFundingTime, markPrice, indexPrice] = row.slice(6);
    return Object.freeze({
      exchange: readText(exchange),
      symbol: readText(symbol),
      timestamp: readNullable(timestamp, readNumber),
      receivedAt: time.toLocal(readNumber(receivedAt)),
      source: readOneOf(source, sources),
      stale: readFlag(stale),
      rate: readNullable(rate, readNumber),
      nextRate: readNullable(nextRate, readNumber),
      intervalMs: readNullable(intervalMs, readNumber),
      nextFundingTime: readNullable(nextFundingTime, readNumber),
      markPrice: readNullable(markPrice, readNumber),
      indexPrice: readNullable(indexPrice, readNumber),
    });
  },
};

export const paymentsCodec: Codec<readonly FundingPayment[]> = listOf<FundingPayment>({
  write: ({ timestamp, rate }) => [writeNumber(timestamp), writeNumber(rate)],
  read: (json) => {
    const [timestamp, rate] = readRow(json);
    return Object.freeze({ timestamp: readNumber(timestamp), rate: readNumber(rate) });
  },
});

export const openInterestCodec: Codec<OpenInterest> = {
  write: ({ exchange, symbol, amount, value, timestamp, receivedAt, source, stale }, time) => [
    exchange,
    symbol,
    writeNullable(timestamp),
    writeNumber(time.toShared(receivedAt)),
    source,
    stale,
    writeNullable(amount),
    writeNullable(value),
  ],
  read: (json, time) => {
    const [exchange, symbol, timestamp, receivedAt, source, stale, amount, value] = readRow(json);
    return Object.freeze({
      exchange: readText(exchange),
      symbol: readText(symbol),
      amount: readNullable(amount, readNumber),
      value: readNullable(value, readNumber),
      timestamp: readNullable(timestamp, readNumber),
      receivedAt: time.toLocal(readNumber(receivedAt)),
      source: readOneOf(source, sources),
      stale: readFlag(stale),
    });
  },
};

export const openInterestsCodec: Codec<readonly OpenInterest[]> = listOf(openInterestCodec);

export const liquidationsCodec: Codec<readonly Liquidation[]> = listOf<Liquidation>({
  write: ({ exchange, symbol, timestamp, price, contracts, value, side }) => [
    exchange,
    symbol,
    writeNumber(timestamp),
    writeNumber(price),
    writeNullable(contracts),
    writeNullable(value),
    side,
  ],
  read: (json) => {
    const [exchange, symbol, timestamp, price, contracts, value, side] = readRow(json);
    return Object.freeze({
      exchange: readText(exchange),
      symbol: readText(symbol),
      timestamp: readNumber(timestamp),
      price: readNumber(price),
      contracts: readNullable(contracts, readNumber),
      value: readNullable(value, readNumber),
      side: readNullable(side, (given) => readOneOf(given, sides)),
    });
  },
});
