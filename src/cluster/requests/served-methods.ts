import type { Json } from '../wire/fields.ts';
import type { ExchangeQuery } from './methods/exchange-query.ts';
import type { MarketVersions } from './methods/market-versions.ts';
import type { Method, ServedData } from './methods/method.ts';
import { feedMethods, queryMethods } from './methods/methods.ts';
import { optionsCodec } from './methods/queries.ts';
import type { Request } from './protocol/messages.ts';
import type { RequestOptions } from './protocol/request-options.ts';
import type { SharedWriter } from './shared/shared-writer.ts';

/** An answer that is ready to be written. */
export interface ServedAnswer {
  readonly pieces: Iterable<Json>;
  readonly isShared: boolean;
}

/** A request that has been read. */
export interface ServedCall {
  readonly exchange: string;
  /** Rejects with the error of the port. `fence` is the fencing number of this instance. */
  run(fence: number): Promise<ServedAnswer>;
}

/** Reads requests of one method. Throws MalformedMessage. */
export type ServedMethod = (request: Request) => ServedCall;

export interface ServedMethodsOptions extends Pick<RequestOptions, 'time'> {
  readonly data: ServedData;
  readonly versions: MarketVersions;
  readonly writer: SharedWriter;
}

/** Everything that an owner serves, by name. */
export function createServedMethods({
  data,
  versions,
  writer,
  time,
}: ServedMethodsOptions): ReadonlyMap<string, ServedMethod> {
  function serve<Q extends ExchangeQuery, R>(method: Method<Q, R>): readonly [string, ServedMethod] {
    const read: ServedMethod = (request) => {
      const query = method.query.read(request.query, time);
      const options = optionsCodec.read(request.options, time);
      return {
        exchange: query.exchange,
        run: async (fence) => {
          const answer = await method.run(data, query, options, versions);
          const isShared =
            options?.maxAgeMs !== 0 && writer.offer(method, query, answer, { from: request.from, fence });
          return { pieces: method.answer.write(answer, time), isShared };
        },
      };
    };
    return [method.name, read];
  }

  return new Map([
    serve(queryMethods.markets),
    serve(queryMethods.timeframes),
    serve(queryMethods.tickers),
    serve(queryMethods.markPrices),
    serve(queryMethods.allTickers),
    serve(queryMethods.candleLimits),
    serve(queryMethods.candleRange),
    serve(queryMethods.orderBook),
    serve(queryMethods.trades),
    serve(queryMethods.fundingRates),
    serve(queryMethods.fundingHistory),
    serve(queryMethods.openInterest),
    serve(queryMethods.openInterestHistory),
    serve(feedMethods.tickers),
    serve(feedMethods.markPrices),
    serve(feedMethods.allTickers),
    serve(feedMethods.candles),
    serve(feedMethods.orderBook),
    serve(feedMethods.trades),
    serve(feedMethods.fundingRates),
    serve(feedMethods.fundingHistory),
    serve(feedMethods.openInterest),
    serve(feedMethods.openInterestHistory),
  ]);
}
