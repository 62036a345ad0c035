import { suggest } from '../../base/suggest.ts';
import { type ProxyServer, readAddress } from './address.ts';
import { type Relay, readRelay } from './relay.ts';

/** ccxt constructor options of one exchange, as the exchange file gives them. */
type Options = Readonly<Record<string, unknown>>;

/** How one exchange is reached. */
export interface ProxySettings {
  /** Opens the connections of requests; null if they are direct or go to a relay. */
  readonly requests: ProxyServer | null;
  /** Opens the connections of streams; null if they are direct or not allowed. */
  readonly streams: ProxyServer | null;
  /** Takes requests with the exchange's URL appended to its own. */
  readonly relay: Relay | null;
}

/** A proxy option that cannot work. Its message does not contain the option's value, which may hold a password. */
export class ProxySettingsError extends Error {
  override readonly name = 'ProxySettingsError';
}

// ccxt's names, each in both of its spellings: checkProxySettings, checkWsProxySettings and checkProxyUrlSettings in
// ccxt/js/src/base/Exchange.js. ccxt accepts one of each group.
const forRequests = ['httpProxy', 'http_proxy', 'httpsProxy', 'https_proxy', 'socksProxy', 'socks_proxy'];
const forStreams = ['wsProxy', 'ws_proxy', 'wssProxy', 'wss_proxy', 'wsSocksProxy', 'ws_socks_proxy'];
const forRelay = ['proxyUrl', 'proxy_url', 'proxy'];
const known = [...forRequests, ...forStreams, ...forRelay];

/** Options that ccxt accepts from programs: objects of Node, which would let it bypass the proxies. */
const agents = ['agent', 'httpAgent', 'httpsAgent', 'fetchImplementation', 'fetchDispatcher'];

/** The proxies among the options of an exchange. Throws a ProxySettingsError for the first option that cannot work. */
export function readProxySettings(exchange: string, options: Options): ProxySettings {
  for (const name of Object.keys(options)) if (has(options, name)) requirePossible(exchange, name);
  requireNoneWithin(exchange, options.options);
  const requests = onlyOne(exchange, options, [...forRequests, ...forRelay], 'requests');
  const streams = onlyOne(exchange, options, forStreams, 'streams');
  if (requests !== null && forRelay.includes(requests)) {
    return {
      requests: null,
      streams: streams === null ? null : toProxy(exchange, streams, options),
      relay: toRelay(exchange, requests, options),
    };
  }
  const proxy = requests === null ? null : toProxy(exchange, requests, options);
  return { requests: proxy, streams: streams === null ? proxy : toProxy(exchange, streams, options), relay: null };
}

/** The options without the proxy options. */
export function withoutProxies(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !known.includes(name)));
}

/** False if requests go to a relay, which cannot carry streams, and streams have no proxy: they would bypass it. */
export function mayStream(options: Options): boolean {
  return forStreams.some((name) => has(options, name)) || !forRelay.some((name) => has(options, name));
}

function has(options: Options, name: string): boolean {
  return Object.hasOwn(options, name) && options[name] !== undefined;
}

function requirePossible(exchange: string, name: string): void {
  const isCallback = /(?:Callback|_callback)$/.test(name);
  if (agents.includes(name) || (isCallback && /proxy/i.test(name))) {
    const what = isCallback ? 'a function' : 'an object created in code';
    const instead = isCallback ? name.replace(/_?callback$/i, '') : 'httpProxy or another proxy option';
    throw new ProxySettingsError(
      `${name} of ${exchange} must be ${what}, which a file cannot hold; give ${instead} instead.`,
    );
  }
  if (!/prox(?:y|ies)/i.test(name) || known.includes(name)) return;
  const [near = 'httpProxy'] = suggest(name, known);
  throw new ProxySettingsError(`${exchange} has ${name}, which is not a proxy option of ccxt; did you mean ${near}?`);
}

function requireNoneWithin(exchange: string, inner: unknown): void {
  const names = typeof inner === 'object' && inner !== null ? Object.keys(inner) : [];
  const misplaced = names.find((name) => known.includes(name));
  if (misplaced === undefined) return;
  throw new ProxySettingsError(
    `${exchange} has ${misplaced} within its options, where ccxt does not read it; move it one level up, next to options.`,
  );
}

function onlyOne(exchange: string, options: Options, group: readonly string[], what: string): string | null {
  const [first, second] = group.filter((name) => has(options, name));
  if (first === undefined) return null;
  if (second === undefined) return first;
  throw new ProxySettingsError(
    `${exchange} has both ${first} and ${second}, and each of them would apply to all ${what}; keep one of them.`,
  );
}

function toProxy(exchange: string, name: string, options: Options): ProxyServer {
  const isSocks = /socks/i.test(name);
  const proxy = readAddress(name, options[name], isSocks ? 'socks' : 'http');
  if (typeof proxy !== 'string') return proxy;
  throw new ProxySettingsError(`${name} of ${exchange} must be ${proxy}.`);
}

function toRelay(exchange: string, name: string, options: Options): Relay {
  const relay = readRelay(options[name]);
  if (relay) return relay;
  const example = 'such as https://relay.example/ or https://relay.example/?url=';
  throw new ProxySettingsError(
    `${name} of ${exchange} must be an http or https address to which the exchange's addresses are appended, ${example}.`,
  );
}
