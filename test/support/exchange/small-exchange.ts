import { once } from 'node:events';
import { createServer } from 'node:http';
import type { MarketInterface } from 'ccxt';
import type { Clock } from '../../../src/base/clock.ts';
import { createCatalogue, readCatalogue } from '../../../src/exchange/ccxt/catalogue.ts';
import type { ExchangeClient } from '../../../src/exchange/clients/exchange-client.ts';
import { Exchanges } from '../../../src/exchange/clients/exchanges.ts';
import { createMarketData } from '../../../src/exchange/fetch/create-market-data.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { AllTickers } from '../../../src/market/model/all-tickers.ts';
import type { MarketType } from '../../../src/market/model/market.ts';
import type { MarketSource } from '../../../src/market/ports/market-data.ts';
import { type Reply, send } from '../../venues/replies.ts';
import { PlainSource, type PlainTickers } from '../fakes/plain-market-data.ts';

/** A market as a test names it; ccxt's other fields follow from the symbol. */
export interface SmallMarket {
  readonly symbol: string;
  /** The exchange's own id. */
  readonly id: string;
  readonly active?: boolean;
}

export interface SmallExchangeOptions {
  readonly markets: readonly SmallMarket[];
  /** The exchange's answer. `path` contains no query. */
  readonly answer: (path: string, query: URLSearchParams) => Reply;
  readonly clock: Clock;
}

/** ccxt's own class of an exchange with a given list of markets. A test answers its other requests on loopback. */
export interface SmallExchange {
  readonly client: ExchangeClient;
  /** The port over it. */
  readonly source: MarketSource;
  /** `path?query`, decoded, of each request since the start or the last `reset()`. */
  readonly requests: readonly string[];
  reset(): void;
  fetch(symbols: readonly string[]): Promise<PlainTickers>;
  fetchAll(type: MarketType | null): Promise<AllTickers>;
  close(): Promise<void>;
}

export async function connectTo(id: string, { markets, answer, clock }: SmallExchangeOptions): Promise<SmallExchange> {
  let requests: string[] = [];
  const server = createServer({ keepAliveTimeout: 60_000, maxHeaderSize: 64 * 1024 }, (request, response) => {
    const { pathname, search, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    requests.push(decodeURIComponent(`${pathname}${search}`));
    send(response, answer(pathname, searchParams));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the exchange has no port');

  const exchanges = new Exchanges({
    catalogue: createCatalogue(readCatalogue(), null),
    exchangeOptions: { [id]: { enableRateLimit: false } },
    clock,
    random: () => 0.5,
    timeoutMs: 5000,
    onError: () => {},
  });
  const client = await exchanges.get(id);
  const { ccxt } = client;
  const request = ccxt.undiciRequest.bind(ccxt);
  ccxt.undiciRequest = (url, params) => {
    return request(`http://127.0.0.1:${address.port}${String(url).slice(new URL(url).origin.length)}`, params);
  };
  ccxt.has.fetchCurrencies = false;
  ccxt.fetchMarkets = async () => markets.map((market) => ccxt.safeMarketStructure(toFields(market)));
  await client.markets();
  const source = createMarketData(exchanges, clock);
  const data = new PlainSource(source);
  return {
    client,
    source,
    get requests() {
      return requests;
    },
    reset: () => {
      requests = [];
    },
    fetch: (symbols) => data.fetchTickers(id, symbols),
    fetchAll: async (type) => (await source.fetchAllTickers({ exchange: id, type })).value,
    close: async () => {
      await exchanges.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The symbols that have an error. */
export function failed(results: PlainTickers): readonly string[] {
  return [...results].filter(([, result]) => result instanceof MarketDataError).map(([symbol]) => symbol);
}

/** `BTC/USDT`, `BTC/USDT:USDT`, `BTC/USDT:USDT-271231` or `BTC/USDT:USDT-271231-50000-C` (ccxt Manual, "Contract Naming Conventions"). */
function toFields({ symbol, id, active = true }: SmallMarket): Partial<MarketInterface> {
  const [pair = '', contract] = symbol.split(':');
  const [base = '', quote = ''] = pair.split('/');
  const [settle, ...terms] = contract?.split('-') ?? [];
  const type = contract === undefined ? 'spot' : (['swap', 'future', 'swap', 'option'] as const)[terms.length];
  return {
    id,
    symbol,
    base,
    quote,
    baseId: base,
    quoteId: quote,
    active,
    settle,
    settleId: settle,
    type: type ?? 'option',
    spot: type === 'spot',
    swap: type === 'swap',
    future: type === 'future',
    option: type === 'option',
    contract: type !== 'spot',
    linear: settle === undefined ? undefined : settle === quote,
    inverse: settle === undefined ? undefined : settle === base,
    info: { id },
  };
}
