import type { IncomingHttpHeaders } from 'node:http';
import ipaddr from 'ipaddr.js';

/** The parts of a request or an upgrade that show where it comes from. */
export interface RequestOrigin {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** Returns the address of the client that sent a request, in normalized form. */
export type AddressReader = (request: RequestOrigin) => string;

/** Some proxies also send the client's port: 192.0.2.1:50000 or [2001:db8::1]:50000. */
const withPort = /^(?:(\d+\.\d+\.\d+\.\d+)|\[(.+)\])(?::\d+)?$/;

/**
 * Reads the addresses of clients behind this number of proxies. Each proxy appends the address of its own client to
 * X-Forwarded-For. So the entry that the outermost proxy has added is the address of the client, and entries to the
 * left of it are not trustworthy. If there are fewer entries than proxies, the request did not pass the outer proxies,
 * and the first entry is the client. Without proxies, or without a valid address, the result is the address of the
 * connection.
 */
export function createAddressReader(proxies: number): AddressReader {
  // A connection carries many requests, and its address does not change.
  const peers = new WeakMap<RequestOrigin['socket'], string>();

  function toPeer(socket: RequestOrigin['socket']): string {
    const known = peers.get(socket);
    if (known !== undefined) return known;
    const peer = socket.remoteAddress ?? '';
    const address = toAddress(peer) ?? peer;
    // Node does not know the address of a closed connection.
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

/** True for the addresses of this machine. A local proxy that TRUST_PROXY does not count has such an address too. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/**
 * IPv4 mapped into IPv6 becomes IPv4. Other IPv6 addresses become their /64 prefix, because a client owns all of it.
 */
function toAddress(text: string): string | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return text;
  if (!ipaddr.IPv6.isValid(text)) return null;
  const address = ipaddr.IPv6.parse(text);
  if (address.isIPv4MappedAddress()) return address.toIPv4Address().toString();
  if (address.range() === 'loopback') return address.toString();
  return `${new ipaddr.IPv6([...address.parts.slice(0, 4), 0, 0, 0, 0]).toString()}/64`;
}
