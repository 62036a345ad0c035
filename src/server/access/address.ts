import type { IncomingHttpHeaders } from 'node:http';
import ipaddr from 'ipaddr.js';

/** As much of a request, or an upgrade, as tells where it comes from. */
export interface ComingRequest {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** The address of the client behind a request, in one spelling. */
export type AddressReader = (request: ComingRequest) => string;

/** Some proxies name the client's port as well: 192.0.2.1:50000 or [2001:db8::1]:50000. */
const withPort = /^(?:(\d+\.\d+\.\d+\.\d+)|\[(.+)\])(?::\d+)?$/;

/**
 * Reads addresses behind so many proxies, of which each appends whom it serves to X-Forwarded-For: the entry of the
 * outermost is the client's. What is left of that anybody may have written. With fewer entries the request came in
 * further inside, and the first is whom that proxy served. Without proxies, and where there is no address, it is the
 * connection's.
 */
export function createAddressReader(proxies: number): AddressReader {
  // A connection has many requests, and keeps its address.
  const peers = new WeakMap<ComingRequest['socket'], string>();

  function toPeer(socket: ComingRequest['socket']): string {
    const known = peers.get(socket);
    if (known !== undefined) return known;
    const peer = socket.remoteAddress ?? '';
    const address = toAddress(peer) ?? peer;
    // Of one that has closed it is not known any more.
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

/** True of this machine itself, which is also where a proxy sits that nobody told the server of. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** IPv4 also where it is mapped into IPv6. Of IPv6 it is the /64: who has one address of it has them all. */
function toAddress(text: string): string | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return text;
  if (!ipaddr.IPv6.isValid(text)) return null;
  const address = ipaddr.IPv6.parse(text);
  if (address.isIPv4MappedAddress()) return address.toIPv4Address().toString();
  if (address.range() === 'loopback') return address.toString();
  return `${new ipaddr.IPv6([...address.parts.slice(0, 4), 0, 0, 0, 0]).toString()}/64`;
}
