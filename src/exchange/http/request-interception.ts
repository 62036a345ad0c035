import type { Exchange } from 'ccxt';
import { createHostLookup } from './hosts.ts';

/** One request of ccxt, before it is sent. */
export interface ApiRequest {
  /** The exchange's own host that it is for; '' if ccxt does not tell. */
  readonly host: string;
  /** The section of ccxt's API, the path and the parameters as one text, which identifies the request. */
  readonly name: string;
}

/**
 * Has ccxt send the request. ccxt's throttle comes first: `onSend` is called when the request's turn has come, and can
 * stop it by throwing.
 */
export type Send = (onSend: () => void) => Promise<unknown>;

/** Receives each request of a call, and decides when and whether it is sent. */
export type Interceptor = (request: ApiRequest, send: Send) => Promise<unknown>;

export interface RequestInterception {
  /** The exchange, for one call: the requests of its methods go through the interceptor. */
  through(run: Interceptor): Exchange;
  /** While the operation runs, requests that the instance itself makes go through the interceptor. */
  during<T>(run: Interceptor, operation: () => Promise<T>): Promise<T>;
}

/**
 * Tells which call a request of an instance belongs to, through everything that ccxt awaits in between. Each call gets
 * an object of its own that inherits from the instance, and ccxt's endpoints call `fetch2` on the object they are
 * called on. (AsyncLocalStorage would work too, but makes every promise of the process two to three times as expensive
 * on Node 20.)
 */
export function interceptRequests(exchange: Exchange): RequestInterception {
  const hostOf = createHostLookup(exchange);
  const hasEndpoints = rebindEndpoints(exchange);
  const fetch2 = exchange.fetch2;
  let current: Interceptor = (_, send) => send(() => {});

  function request(
    run: Interceptor,
    path: string,
    section: unknown = 'public',
    method = 'GET',
    params: object = {},
    ...rest: readonly unknown[]
  ): Promise<unknown> {
    const host = hostOf({ path, section, method, params });
    return run({ host, name: `${section} ${path} ${JSON.stringify(params)}` }, (onSend) => {
      const sending: Exchange = Object.create(exchange, {
        fetch: {
          value: (...request: Parameters<Exchange['fetch']>) => {
            onSend();
            return exchange.fetch(...request);
          },
        },
      });
      return Reflect.apply(fetch2, sending, [path, section, method, params, ...rest]);
    });
  }

  exchange.fetch2 = (...args) => request(current, ...args);
  return {
    // A class without endpoints may have private fields, which inheriting objects cannot reach.
    through: (run) =>
      hasEndpoints
        ? Object.create(exchange, {
            fetch2: { value: (...args: Parameters<Exchange['fetch2']>) => request(run, ...args) },
          })
        : exchange,
    during: async (run, operation) => {
      const before = current;
      current = run;
      try {
        return await operation();
      } finally {
        current = before;
      }
    },
  };
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
