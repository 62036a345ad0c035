import type { Exchange } from 'ccxt';

/** Finds the exchange's host that a request of ccxt is for; '' if that cannot be found out. */
export type HostLookup = (request: RequestTarget) => string;

/** What identifies a request in ccxt: `section` is the part of its API, such as 'fapiPublic' or ['public', 'spot']. */
export interface RequestTarget {
  readonly path: string;
  readonly section: unknown;
  readonly method: string;
  readonly params: object;
}

/**
 * Finds the exchange's own hosts, whatever proxy or other address the options give, because exchanges limit and block
 * by their own hosts. It has ccxt sign one request for each section of the API, with the addresses that the class
 * describes.
 */
export function createHostLookup(exchange: Exchange): HostLookup {
  const { urls, hostname } = exchange.describe();
  const api: unknown = exchange.isSandboxModeEnabled ? (urls?.test ?? urls?.api) : urls?.api;
  const pristine: Exchange = Object.create(exchange, {
    urls: { value: { ...urls, api }, writable: true },
    hostname: { value: hostname, writable: true },
  });
  const known = new Map<string, string>();

  function find({ path, section, method, params }: RequestTarget): string {
    try {
      // The parameters are copied, because some classes change the parameters that they sign (Poloniex encodes the
      // symbol), and the request still has to be sent.
      const { url }: { readonly url?: unknown } = pristine.sign(path, section, method, structuredClone(params));
      return typeof url === 'string' ? new URL(url).host : '';
    } catch {
      // Signing fails, for example, if it needs API keys that are not configured. Then the request cannot be sent
      // either.
      return '';
    }
  }

  return (target) => {
    const section = String(target.section);
    let host = known.get(section);
    if (host === undefined) {
      host = find(target);
      if (host !== '') known.set(section, host);
    }
    return host;
  };
}
