import type { FetchOptions, MarketData, MarketSource } from '../../../market/ports/market-data.ts';
import type { AnswerCodec } from '../../wire/answer-codec.ts';
import type { Codec } from '../../wire/fields.ts';
import type { ExchangeQuery } from './exchange-query.ts';
import type { MarketVersions } from './market-versions.ts';
import type { Sharing } from './sharing.ts';

/** What the owner of an exchange answers from. */
export interface ServedData {
  /** For queries. */
  readonly marketData: MarketData;
  /** For live feeds. */
  readonly feedData: MarketData;
  readonly candles: Pick<MarketSource, 'candleLimits' | 'fetchCandleRange'>;
}

/** A question that one instance can ask another, and how question and answer are written. */
export interface Method<Q extends ExchangeQuery, R> {
  /** Unique among all methods. */
  readonly name: string;
  readonly query: Codec<Q>;
  readonly answer: AnswerCodec<R>;
  /** Set if instances can use each other's answers. */
  readonly sharing?: Sharing<Q, R>;
  /** Called by the owner. */
  readonly run: (data: ServedData, query: Q, options: FetchOptions | undefined, versions: MarketVersions) => Promise<R>;
}
