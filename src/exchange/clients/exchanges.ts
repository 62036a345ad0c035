import { requireDescriptors } from '../../base/file-descriptors.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { ExchangeInfo } from '../../market/model/exchange.ts';
import type { CircuitStatus } from '../access/circuits.ts';
import { toMarketDataError } from '../access/errors.ts';
import type { Catalogue } from '../ccxt/catalogue.ts';
import { loadExchangeClass } from '../ccxt/load-ccxt.ts';
import { DescriptorsError, toOpeningError } from '../http/opening-error.ts';
import type { MissingMarketsStatus } from '../markets/missing-markets.ts';
import { mayStream } from '../proxy/settings.ts';
import {
  type ClientStatus,
  createExchangeClient,
  type ExchangeClient,
  type ExchangeClientOptions,
} from './exchange-client.ts';
import type { ExchangeOptions } from './instance.ts';

export interface ExchangesOptions extends Omit<ExchangeClientOptions, 'info' | 'Class' | 'options'> {
  readonly catalogue: Catalogue;
  readonly exchangeOptions: Readonly<Record<string, ExchangeOptions>>;
}

/** The clients of all exchanges. Each is created when it is first requested, and kept. */
export class Exchanges {
  readonly catalogue: Catalogue;
  readonly #options: ExchangesOptions;
  readonly #opening = new Map<string, Promise<ExchangeClient>>();
  readonly #clients = new Set<ExchangeClient>();
  #isClosed = false;

  constructor(options: ExchangesOptions) {
    this.catalogue = options.catalogue;
    this.#options = options;
  }

  /** Rejects with EXCHANGE_NOT_FOUND for an id that is not in the catalogue, EXCHANGE_UNAVAILABLE after `close()`. */
  async get(id: string): Promise<ExchangeClient> {
    const info = this.catalogue.get(id);
    if (this.#isClosed) throw new MarketDataError('EXCHANGE_UNAVAILABLE', 'This server is stopping.', { exchange: id });
    let client = this.#opening.get(id);
    if (!client) {
      client = this.#create(info);
      this.#opening.set(id, client);
      client.catch(() => this.#opening.delete(id));
    }
    return client;
  }

  /** False for an exchange whose streams would bypass its proxy: see `mayStream` of the proxy settings. */
  mayStream(id: string): boolean {
    return mayStream(this.#options.exchangeOptions[id] ?? {});
  }

  /** The state of each exchange that has a client. */
  get statuses(): readonly ClientStatus[] {
    return [...this.#clients].map(({ status }) => status);
  }

  /** The circuits of their hosts and kinds of market. */
  get circuits(): readonly CircuitStatus[] {
    return [...this.#clients].flatMap(({ circuits }) => circuits);
  }

  /** Which of their markets could not be listed. */
  get missingMarkets(): readonly MissingMarketsStatus[] {
    return [...this.#clients].flatMap(({ missingMarkets }) => missingMarkets ?? []);
  }

  /** The ids of the exchanges that are in use and not closed yet. */
  get openIds(): readonly string[] {
    return [...this.#opening.keys()];
  }

  /** Closes every client, including those that are still being created. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#opening].map(([id, opening]) => this.#end(id, opening)));
  }

  async #create(info: ExchangeInfo): Promise<ExchangeClient> {
    const { catalogue: _, exchangeOptions, ...common } = this.#options;
    try {
      requireDescriptors();
      const Class = await loadExchangeClass(info.id, info.streaming);
      const client = createExchangeClient({ ...common, info, Class, options: exchangeOptions[info.id] ?? {} });
      // Loads undici now, while that is possible: without it, ccxt would use another HTTP client, which bypasses
      // proxies and limits.
      if (!info.simulated) await client.ccxt.loadFetchImplementation();
      this.#clients.add(client);
      return client;
    } catch (thrown) {
      const error = toOpeningError(thrown);
      common.onError(info.id, error);
      if (error instanceof MarketDataError) throw error;
      if (error instanceof DescriptorsError) throw toMarketDataError(error, { exchange: info.id });
      const details = { exchange: info.id, cause: error };
      throw new MarketDataError('INTERNAL_SERVER_ERROR', `${info.id} could not be set up with its options.`, details);
    }
  }

  async #end(id: string, opening: Promise<ExchangeClient>): Promise<void> {
    const client = await opening.catch(() => null);
    await client?.close();
    this.#opening.delete(id);
    if (client) this.#clients.delete(client);
  }
}
