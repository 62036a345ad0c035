import type { Exchange } from 'ccxt';

/** Which of an exchange's hosts a request of ccxt's is for; '' where ccxt does not say. */
export type HostLookup = (request: RequestTarget) => string;

/** What ccxt addresses a request by: `section` is the part of its API, 'fapiPublic' or ['public', 'spot'], say. */
export interface RequestTarget {
  readonly path: string;
  readonly section: unknown;
  readonly method: string;
  readonly params: object;
}

/**
 * Looks up the exchange's own hosts, whatever proxy or other address the options give, since exchanges limit and block by
 * their own hosts. It has ccxt sign one request for each section of the API with the addresses that the class describes.
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
      // Some change the parameters that they sign (Poloniex encodes the symbol), and these are still to be sent.
      const { url }: { readonly url?: unknown } = pristine.sign(path, section, method, structuredClone(params));
      return typeof url === 'string' ? new URL(url).host : '';
    } catch {
      // It wants keys that there are not, say: then nothing will be sent either.
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
