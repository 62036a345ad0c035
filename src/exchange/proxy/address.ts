import { isIP } from 'node:net';
import { type Credentials, readCredentials } from './credentials.ts';

const ports = { http: 80, https: 443, socks4: 1080, socks4a: 1080, socks5: 1080 };

/** The protocol that a proxy speaks. */
export type ProxyProtocol = keyof typeof ports;

/** The destination of a connection. */
export interface Target {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** A proxy that opens connections on behalf of others. */
export interface ProxyServer extends Target, Credentials {
  /** The option that names it. */
  readonly option: string;
  readonly protocol: ProxyProtocol;
}

// socks and socks5h mean socks5: the proxy resolves names in any case.
const protocols: Readonly<Record<'http' | 'socks', Readonly<Record<string, ProxyProtocol>>>> = {
  http: { 'http:': 'http', 'https:': 'https' },
  socks: {
    'socks:': 'socks5',
    'socks5:': 'socks5',
    'socks5h:': 'socks5',
    'socks4:': 'socks4',
    'socks4a:': 'socks4a',
  },
};

const wanted = {
  http: 'the address of an HTTP proxy without a path, such as http://proxy.example:3128 or https://proxy.example',
  socks: 'the address of a SOCKS proxy without a path, such as socks5://proxy.example:1080',
};

/** The proxy at an address, or a description of what the address must be. */
export function readAddress(option: string, value: unknown, kind: 'http' | 'socks'): ProxyServer | string {
  if (typeof value !== 'string' || !URL.canParse(value)) return wanted[kind];
  const url = new URL(value);
  const { protocol: scheme, hostname, port, pathname, search, hash } = url;
  const protocol = protocols[kind][scheme];
  const isLimitOrBlock = /^\/?$/.test(pathname) && search === '' && hash === '';
  if (protocol === undefined || hostname === '' || port === '0' || !isLimitOrBlock) return wanted[kind];
  const credentials = readCredentials(url);
  const fault = findFault(protocol, credentials);
  if (fault !== null) return fault;
  return {
    option,
    protocol,
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? ports[protocol] : Number(port),
    ...credentials,
  };
}

/** The proxy's name in messages: its address without username and password. */
export function nameOf({ option, protocol, host, port }: ProxyServer): string {
  return `The proxy ${protocol}://${toAuthority(host, port)} (${option})`;
}

/** `host:port`, with brackets around an IPv6 address. */
export function toAuthority(host: string, port: number): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

function findFault(protocol: ProxyProtocol, { user, password }: Credentials): string | null {
  if (protocol.startsWith('socks4') && password !== '') {
    return 'a socks5 address if it has a password, which SOCKS 4 does not support';
  }
  // RFC 1929: the length of each is one byte.
  const isLong = Buffer.byteLength(user) > 255 || Buffer.byteLength(password) > 255;
  return protocol === 'socks5' && isLong ? 'an address whose username and password have at most 255 bytes each' : null;
}
