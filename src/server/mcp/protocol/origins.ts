import type { IncomingMessage } from 'node:http';
import type { Cors } from '../../http/messages/cors.ts';

/** The response headers that a page can read. */
const exposed = 'mcp-session-id, mcp-protocol-version, retry-after, www-authenticate, x-request-id';

/**
 * True if the page that sent a request may do so: a page of this machine, or one of the origins that the operator has
 * allowed. Clients that are not pages send no Origin.
 *
 * An attacker can point a name of his own at the address of this server (DNS rebinding). His page then has the same origin
 * as this server, and browsers let it send anything. Origin and Host both contain his name, so that comparing them proves
 * nothing. His name is neither a loopback name nor allowed, so the request is refused, whatever its Host is.
 */
export function isOriginAllowed({ headers }: IncomingMessage, allowed: readonly string[] | null): boolean {
  const { origin } = headers;
  // A browser that leaves out Origin names the relation instead, and only for its own pages is that not "cross-site".
  if (origin === undefined) return isNoPage(headers['sec-fetch-site']);
  return isLoopback(origin) || (allowed?.includes(origin) ?? false);
}

/** Lets the pages that may send requests read the answers. */
export function createMcpCors(allowed: readonly string[] | null): Cors {
  return {
    headersFor: (request, { vary, expose } = {}) => {
      const { origin } = request.headers;
      const mayRead = origin !== undefined && isOriginAllowed(request, allowed);
      return {
        vary: vary === undefined ? 'Origin' : `${vary}, Origin`,
        ...(mayRead ? { 'access-control-allow-origin': origin } : {}),
        ...(mayRead
          ? { 'access-control-expose-headers': expose === undefined ? exposed : `${exposed}, ${expose}` }
          : {}),
      };
    },
    mayUpgrade: () => false,
  };
}

/** Browsers send Sec-Fetch-Site with every request of a page; `none` is a request of the user. */
function isNoPage(site: string | string[] | undefined): boolean {
  return site === undefined || site === 'none';
}

/** True for an origin of this machine, which no name service can point elsewhere (RFC 6761, 6.3). */
function isLoopback(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || isLoopbackV4(hostname);
}

function isLoopbackV4(hostname: string): boolean {
  return /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}
