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

/** The clients of all exchanges. Each is created when it is first requested, and kept. */
export interface Exchanges {
  readonly catalogue: Catalogue;
  /** Rejects with EXCHANGE_NOT_FOUND for an id that is not in the catalogue, EXCHANGE_UNAVAILABLE after `close()`. */
  get(id: string): Promise<ExchangeClient>;
  /** False for an exchange whose streams would bypass its proxy: see `mayStream`. */
  mayStream(id: string): boolean;
  /** The state of each exchange that has a client. */
  readonly statuses: readonly ClientStatus[];
  /** The circuits of their hosts and kinds of market. */
  readonly circuits: readonly CircuitStatus[];
  /** Which of their markets could not be listed. */
  readonly unlisted: readonly MissingMarketsStatus[];
  /** The ids of the exchanges that are in use and not closed yet. */
  readonly openIds: readonly string[];
  /** Closes every client, including those that are still being created. */
  close(): Promise<void>;
}

export interface ExchangesOptions extends Omit<ExchangeClientOptions, 'info' | 'Class' | 'options'> {
  readonly catalogue: Catalogue;
  readonly exchangeOptions: Readonly<Record<string, ExchangeOptions>>;
}

export function createExchanges({ catalogue, exchangeOptions, ...common }: ExchangesOptions): Exchanges {
  const clients = new Map<string, Promise<ExchangeClient>>();
  const made = new Set<ExchangeClient>();
  let closed = false;

  async function create(info: ExchangeInfo): Promise<ExchangeClient> {
    try {
      requireDescriptors();
      const Class = await loadExchangeClass(info.id, info.streaming);
      const client = createExchangeClient({ ...common, info, Class, options: exchangeOptions[info.id] ?? {} });
      // Load undici now, while that is possible: without it ccxt would use another HTTP client, which bypasses proxies
      // and limits.
      if (!info.simulated) await client.ccxt.loadFetchImplementation();
      made.add(client);
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

  async function end(id: string, opening: Promise<ExchangeClient>): Promise<void> {
    const client = await opening.catch(() => null);
    await client?.close();
    clients.delete(id);
    if (client) made.delete(client);
  }

  return {
    catalogue,
    get openIds() {
      return [...clients.keys()];
    },
    get: async (id) => {
      const info = catalogue.get(id);
      if (closed) throw new MarketDataError('EXCHANGE_UNAVAILABLE', 'This server is stopping.', { exchange: id });
      let client = clients.get(id);
      if (!client) {
        client = create(info);
        clients.set(id, client);
        client.catch(() => clients.delete(id));
      }
      return client;
    },
    mayStream: (id) => mayStream(exchangeOptions[id] ?? {}),
    get statuses() {
      return [...made].map(({ status }) => status);
    },
    get circuits() {
      return [...made].flatMap(({ circuits }) => circuits);
    },
    get unlisted() {
      return [...made].flatMap(({ unlisted }) => unlisted ?? []);
    },
    close: async () => {
      closed = true;
      await Promise.all([...clients].map(([id, opening]) => end(id, opening)));
    },
  };
}
