import { isIP, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Exchange } from 'ccxt';
import { ccxtErrors } from '../ccxt/load-ccxt.ts';
import type { ProxyServer } from './address.ts';
import { ProxyError } from './proxy-error.ts';
import type { Relay } from './relay.ts';
import type { ProxySettings } from './settings.ts';
import { ProxyTunnels } from './tunnels.ts';

/** The callback of undici and Node's HTTP client for a connection that is open or has failed. */
type OnConnection = (error: Error | null, socket?: Socket) => void;

/** What undici asks its connector for. */
interface ConnectorTarget {
  readonly hostname: string;
  /** Empty for the default port. */
  readonly port: string;
  readonly protocol: string;
  readonly servername?: string | null;
}

/** What ws passes to Node's HTTP client, including the options of TLS. */
interface SocketOptions extends Omit<ConnectionOptions, 'host' | 'port'> {
  readonly host: string;
  readonly port: string | number;
}

/**
 * A proxy has this share of a call's deadline to open a connection, so that there is time left to report its failure.
 */
const openingShare = 3 / 4;

/**
 * Makes a ccxt instance reach its exchange as `settings` say, and in no other way. ccxt itself would send requests
 * through undici's ProxyAgent, which drops our limits and misreads passwords with SOCKS. ccxt would not use the proxies
 * for requests when it streams: without extra packages it has no proxies for streams, and the package for wsProxy does
 * not support TLS. So ccxt does not receive the proxies, and one mechanism opens the connections for both. Call this
 * before `guardHttp`.
 */
export function routeThroughProxies(exchange: Exchange, settings: ProxySettings, timeoutMs: number): void {
  const { requests, streams, relay } = settings;
  const openingMs = timeoutMs * openingShare;
  if (relay) sendToRelay(exchange, relay);
  if (requests) routeRequests(exchange, openUntilClosed(exchange, requests, openingMs));
  if (streams) routeStreams(exchange, openUntilClosed(exchange, streams, openingMs));
  else if (relay) forbidStreams(exchange);
}

function openUntilClosed(exchange: Exchange, proxy: ProxyServer, timeoutMs: number): ProxyTunnels {
  const tunnels = new ProxyTunnels(proxy, timeoutMs);
  const close = exchange.close.bind(exchange);
  exchange.close = () => {
    tunnels.close();
    return close();
  };
  return tunnels;
}

function routeRequests(exchange: Exchange, tunnels: ProxyTunnels): void {
  const optionsOf = exchange.getDispatcherOptions.bind(exchange);
  exchange.getDispatcherOptions = (isPlainAgent) => {
    const options = optionsOf(isPlainAgent);
    const connect = ({ hostname, port, protocol, servername }: ConnectorTarget, done: OnConnection): void => {
      const isSecure = protocol === 'https:';
      const target = { host: hostname, port: Number(port || (isSecure ? 443 : 80)) };
      const name = servername || nameForTls(hostname);
      const tls = { ...options.connect, servername: name, host: hostname, ALPNProtocols: ['http/1.1'] };
      hand(tunnels.open(target, isSecure ? tls : null), done);
    };
    return { ...options, connect };
  };
}

function routeStreams(exchange: Exchange, tunnels: ProxyTunnels): void {
  const dial = exchange.client.bind(exchange);
  exchange.client = (url) => {
    const socket = dial(url);
    if (socket.startedConnecting) return socket;
    const isSecure = socket.url.startsWith('wss:');
    const createConnection = (options: SocketOptions, done: OnConnection): void => {
      const { path: _, host, ...rest } = options;
      const target = { host, port: Number(options.port) };
      const tls = { ...rest, ...target, servername: options.servername || nameForTls(host) };
      hand(tunnels.open(target, isSecure ? tls : null), done);
    };
    // An agent would take precedence.
    socket.options = { ...socket.options, agent: undefined, createConnection };
    const onError = socket.onError.bind(socket);
    // ws creates a new error with the same message, but not the same class.
    socket.onError = (event) => onError(event?.error instanceof ProxyError ? event.error : event);
    return socket;
  };
}

function forbidStreams(exchange: Exchange): void {
  exchange.client = () => {
    throw new ccxtErrors.NotSupported(`${exchange.id} is reached through a relay, which cannot carry streams`);
  };
}

function sendToRelay(exchange: Exchange, { prefix, authorization }: Relay): void {
  exchange.proxyUrl = prefix;
  if (authorization !== null) exchange.headers = { Authorization: authorization, ...exchange.headers };
}

/** The server name for TLS, which must not be an IP address (RFC 6066, 3). */
function nameForTls(host: string): string {
  return isIP(host) === 0 ? host : '';
}

function hand(opening: Promise<Socket>, done: OnConnection): void {
  opening.then(
    (socket) => done(null, socket),
    (error) => done(error),
  );
}
