import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';

export interface CorsNeeds {
  /** The request headers, apart from Origin, that the answer depends on. */
  readonly vary?: string;
  /** The response headers that a page can read. */
  readonly expose?: string;
}

/** Decides which pages may send requests. No answer depends on cookies, so no page may send cookies. */
export interface Cors {
  /** The headers that allow the requesting page to read the answer, if it may, and name what the answer depends on. */
  headersFor(request: IncomingMessage, needs?: CorsNeeds): OutgoingHttpHeaders;
  /**
   * True if the client may open a WebSocket, for which browsers send no preflight request: a page that may send
   * requests, a page of this server, or a client that is not a page.
   */
  mayUpgrade(request: IncomingMessage): boolean;
}

/** Allows pages of these origins to send requests; null allows any origin. */
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

/** A proxy that terminates TLS passes on only the host, perhaps with the default port of the scheme. */
function isOwn(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: ours } = new URL(origin);
  const address = `${protocol}//${host}`;
  return ours !== '' && URL.canParse(address) && new URL(address).host === ours;
}
