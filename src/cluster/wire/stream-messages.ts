import type { StreamKind, StreamMessages } from '../../market/ports/market-streams.ts';
import type { SharedTime } from '../members/shared-time.ts';
import { allTickersCodec } from './all-tickers.ts';
import { candlesCodec } from './candles.ts';
import { fundingRateCodec, liquidationsCodec, openInterestCodec } from './derivatives.ts';
import type { Codec, Json } from './fields.ts';
import { orderBookCodec } from './order-books.ts';
import { tickerCodec } from './tickers.ts';
import { tradesCodec } from './trades.ts';

const codecs: { readonly [K in StreamKind]: Codec<StreamMessages[K]> } = {
  ticker: tickerCodec,
  orderBook: orderBookCodec,
  candles: candlesCodec,
  trades: tradesCodec,
  fundingRate: fundingRateCodec,
  liquidations: liquidationsCodec,
  allTickers: allTickersCodec,
  openInterest: openInterestCodec,
};

/** The message of a stream as a part of a message to other instances. */
export function encodeMessage<K extends StreamKind>(kind: K, message: StreamMessages[K], time: SharedTime): Json {
  return codecs[kind].write(message, time);
}

/** The message, frozen. Throws MalformedMessage. */
export function decodeMessage<K extends StreamKind>(kind: K, json: unknown, time: SharedTime): StreamMessages[K] {
  return codecs[kind].read(json, time);
}
