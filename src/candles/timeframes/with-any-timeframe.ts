import type {
  MarketStreams,
  OpenCandles,
  Stream,
  StreamKind,
  StreamListener,
  StreamMessages,
  StreamRequest,
} from '../../market/ports/market-streams.ts';

type Openers = {
  readonly [K in StreamKind]: (request: StreamRequest<K>, listener: StreamListener<StreamMessages[K]>) => Stream;
};

/** The same streams, except that candles are opened with `openCandles`. */
export function withAnyTimeframe(streams: MarketStreams, openCandles: OpenCandles): MarketStreams {
  const openers: Openers = {
    ticker: (request, listener) => streams.open(request, listener),
    orderBook: (request, listener) => streams.open(request, listener),
    candles: openCandles,
    trades: (request, listener) => streams.open(request, listener),
    fundingRate: (request, listener) => streams.open(request, listener),
    liquidations: (request, listener) => streams.open(request, listener),
    allTickers: (request, listener) => streams.open(request, listener),
    openInterest: (request, listener) => streams.open(request, listener),
  };
  return {
    offers: (exchange, kind) => streams.offers(exchange, kind),
    open: (request, listener) => openers[request.kind](request, listener),
  };
}
