import type { Exchange } from 'ccxt';
import { createHostLookup } from './hosts.ts';

/** One request of ccxt's, before it is sent. */
export interface ApiRequest {
  /** Which of the exchange's own hosts it is for; '' where ccxt does not say. */
  readonly host: string;
  /** The part of ccxt's API, the path and the parameters, as one text: it tells requests apart. */
  readonly name: string;
}

/**
 * Has ccxt send the request. Its throttle comes first: `onSend` is called when the request's turn has come, and holds it
 * back by throwing.
 */
export type Send = (onSend: () => void) => Promise<unknown>;

/** Stands between ccxt's methods and its requests. */
export type Interceptor = (request: ApiRequest, send: Send) => Promise<unknown>;

export interface RequestInterception {
  /** The exchange, for one call: the requests of its methods go through `run`. */
  through(run: Interceptor): Exchange;
  /** Sends the requests that are made on the instance itself through `run` while the operation is under way. */
  during<T>(run: Interceptor, operation: () => Promise<T>): Promise<T>;
}

/**
 * Tells which call a request of an instance belongs to, through all that ccxt awaits between the two. A call gets an
 * object of its own that inherits from the instance, and ccxt's endpoints call `fetch2` on the object they are called on.
 * (AsyncLocalStorage would do it too, and makes every promise of the process two to three times as dear on Node 20.)
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
    // A class that asks for nothing may hold what objects that inherit from it cannot reach (private fields).
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
 * Defines ccxt's endpoints (`publicGetTicker24hr`) anew, so that they work on the object they are called on; ccxt ties
 * them to the instance. False where there are none.
 */
function rebindEndpoints(exchange: Exchange): boolean {
  let count = 0;
  const original = exchange.defineRestApiEndpoint;
  exchange.defineRestApiEndpoint = (methodName, method, lowercase, camelcase, path, paths, config) => {
    // ccxt's own function gives the names.
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
