import type { IncomingHttpHeaders } from 'node:http';
import ipaddr from 'ipaddr.js';

/** The parts of a request, or of an upgrade, that say where it comes from. */
export interface RequestOrigin {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** The address of the client behind a request, in one spelling. */
export type AddressReader = (request: RequestOrigin) => string;

/** Some proxies name the client's port as well: 192.0.2.1:50000 or [2001:db8::1]:50000. */
const withPort = /^(?:(\d+\.\d+\.\d+\.\d+)|\[(.+)\])(?::\d+)?$/;

/**
 * Reads addresses behind this number of proxies. Each proxy appends the address that it serves to X-Forwarded-For, so the
 * entry of the outermost proxy is the client's, and anybody may have written what is left of it. With fewer entries the
 * request came in further inside, and the first entry is the client of that proxy. Without proxies, or without a valid
 * address, it is the address of the connection.
 */
export function createAddressReader(proxies: number): AddressReader {
  // A connection carries many requests, and keeps its address.
  const peers = new WeakMap<RequestOrigin['socket'], string>();

  function toPeer(socket: RequestOrigin['socket']): string {
    const known = peers.get(socket);
    if (known !== undefined) return known;
    const peer = socket.remoteAddress ?? '';
    const address = toAddress(peer) ?? peer;
    // The address of a closed connection is no longer known.
    if (peer) peers.set(socket, address);
    return address;
  }

  return ({ headers, socket }) => {
    const forwarded = proxies > 0 && headers['x-forwarded-for'];
    if (!forwarded) return toPeer(socket);
    const entries = String(forwarded).split(',');
    const entry = (entries[Math.max(entries.length - proxies, 0)] ?? '').trim();
    const [, v4, v6] = withPort.exec(entry) ?? [];
    return toAddress(v4 ?? v6 ?? entry) ?? toPeer(socket);
  };
}

/** True for this machine itself, which is also the address of a local proxy that TRUSTED_PROXIES does not count. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** IPv4 mapped into IPv6 becomes IPv4. Other IPv6 addresses become their /64, since a client that has one has them all. */
function toAddress(text: string): string | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return text;
  if (!ipaddr.IPv6.isValid(text)) return null;
  const address = ipaddr.IPv6.parse(text);
  if (address.isIPv4MappedAddress()) return address.toIPv4Address().toString();
  if (address.range() === 'loopback') return address.toString();
  return `${new ipaddr.IPv6([...address.parts.slice(0, 4), 0, 0, 0, 0]).toString()}/64`;
}
