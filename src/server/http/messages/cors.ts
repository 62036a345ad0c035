import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';

export interface CorsNeeds {
  /** The headers of the request that the answer depends on besides its origin. */
  readonly vary?: string;
  /** The headers of the answer that a page may read. */
  readonly expose?: string;
}

/** Says which pages may ask. No answer depends on cookies, so no page may send them. */
export interface Cors {
  /** The headers that let the page that asks read the answer, if it may, and name what the answer depends on. */
  headersFor(request: IncomingMessage, needs?: CorsNeeds): OutgoingHttpHeaders;
  /**
   * True if a WebSocket may be opened, for which browsers send no preflight: by a page that may ask, by a page of this
   * server, or by a client that is not a page.
   */
  mayUpgrade(request: IncomingMessage): boolean;
}

/** Lets pages of these origins ask; null for any. */
export function createCors(origins: readonly string[] | null): Cors {
  const allowed = new Set(origins);
  return {
    headersFor: ({ headers: { origin } }, { vary, expose } = {}) => {
      const headers: OutgoingHttpHeaders = {};
      const depends = allowed.size > 0 ? (vary === undefined ? 'Origin' : `${vary}, Origin`) : vary;
      if (depends !== undefined) headers.vary = depends;
      const reader = origins === null ? '*' : origin !== undefined && allowed.has(origin) ? origin : null;
      if (reader !== null) {
        headers['access-control-allow-origin'] = reader;
        if (expose !== undefined) headers['access-control-expose-headers'] = expose;
      }
      return headers;
    },
    mayUpgrade: ({ headers: { origin, host = '' } }) =>
      origins === null || origin === undefined || allowed.has(origin) || isOwn(origin, host),
  };
}

/** A proxy that ends TLS passes on the host only, perhaps with the scheme's usual port. */
function isOwn(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: ours } = new URL(origin);
  const address = `${protocol}//${host}`;
  return ours !== '' && URL.canParse(address) && new URL(address).host === ours;
}
