import type { Exchange } from 'ccxt';
import { createHostLookup, type HostLookup } from './hosts.ts';

/** One request of ccxt, before it is sent. */
export interface ApiRequest {
  /** The exchange's own host that it is for; '' if that is not known. */
  readonly host: string;
  /** The section of ccxt's API, the path and the parameters as one text, which identifies the request. */
  readonly name: string;
}

/**
 * Sends the request through ccxt. ccxt's throttle comes first: `onSend` is called when the request's turn has come, and
 * can stop the request by throwing.
 */
export type Send = (onSend: () => void) => Promise<unknown>;

/** Receives each request of a call, and decides when and whether it is sent. */
export type Interceptor = (request: ApiRequest, send: Send) => Promise<unknown>;

/**
 * Finds out which call a request of an instance belongs to, across everything that ccxt awaits in between. Each call
 * gets its own object that inherits from the instance, and ccxt's endpoints call `fetch2` on the object they are called
 * on. (AsyncLocalStorage would work too, but makes every promise of the process two to three times as expensive on Node
 * 20.)
 */
export class RequestInterception {
  readonly #exchange: Exchange;
  readonly #hostOf: HostLookup;
  readonly #hasEndpoints: boolean;
  readonly #fetch2: Exchange['fetch2'];
  /** Receives the requests that the instance itself makes. */
  #current: Interceptor = (_, send) => send(() => {});

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    this.#hostOf = createHostLookup(exchange);
    this.#hasEndpoints = rebindEndpoints(exchange);
    this.#fetch2 = exchange.fetch2;
    exchange.fetch2 = (...args) => this.#request(this.#current, ...args);
  }

  /** The exchange, for one call: the requests of its methods go through the interceptor. */
  through(interceptor: Interceptor): Exchange {
    // A class without endpoints may have private fields, which inheriting objects cannot reach.
    if (!this.#hasEndpoints) return this.#exchange;
    return Object.create(this.#exchange, {
      fetch2: { value: (...args: Parameters<Exchange['fetch2']>) => this.#request(interceptor, ...args) },
    });
  }

  /** While the operation runs, requests that the instance itself makes go through the interceptor. */
  async during<T>(interceptor: Interceptor, operation: () => Promise<T>): Promise<T> {
    const before = this.#current;
    this.#current = interceptor;
    try {
      return await operation();
    } finally {
      this.#current = before;
    }
  }

  #request(
    interceptor: Interceptor,
    path: string,
    section: unknown = 'public',
    method = 'GET',
    params: object = {},
    ...rest: readonly unknown[]
  ): Promise<unknown> {
    const exchange = this.#exchange;
    const host = this.#hostOf({ path, section, method, params });
    return interceptor({ host, name: `${section} ${path} ${JSON.stringify(params)}` }, (onSend) => {
      const sending: Exchange = Object.create(exchange, {
        fetch: {
          value: (...request: Parameters<Exchange['fetch']>) => {
            onSend();
            return exchange.fetch(...request);
          },
        },
      });
      return Reflect.apply(this.#fetch2, sending, [path, section, method, params, ...rest]);
    });
  }
}

/**
 * Redefines ccxt's endpoints (such as `publicGetTicker24hr`), so that they work on the object they are called on; ccxt
 * binds them to the instance. False if there are none.
 */
function rebindEndpoints(exchange: Exchange): boolean {
  let count = 0;
  const original = exchange.defineRestApiEndpoint;
  exchange.defineRestApiEndpoint = (methodName, method, lowercase, camelcase, path, paths, config) => {
    // ccxt's own function supplies the names.
    const named: Record<string, unknown> = { capitalize: exchange.capitalize };
    Reflect.apply(original, named, [methodName, method, lowercase, camelcase, path, paths, config]);
    const section: unknown = paths.length > 1 ? paths : paths[0];
    async function endpoint(this: Exchange | undefined, params: object = {}, context: object = {}): Promise<unknown> {
      const target = this ?? exchange;
      return target[methodName](path, section, method, params, undefined, undefined, config ?? {}, context);
    }
    for (const name of Object.keys(named)) if (name !== 'capitalize') exchange[name] = endpoint;
    count += 1;
  };
  exchange.defineRestApi(exchange.api ?? {}, 'request');
  exchange.defineRestApiEndpoint = original;
  return count > 0;
}
