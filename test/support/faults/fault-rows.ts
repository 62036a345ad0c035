import type { MarketDataErrorCode } from '../../../src/market/errors.ts';
import type { Venue } from '../../venues/venue.ts';

/** What tests request from an exchange in trouble. */
export const faultKinds = ['ticker', 'candles', 'subscription'] as const;

/** One way in which an exchange is in trouble. */
export interface FaultRow {
  readonly name: string;
  /** Begins the trouble. */
  readonly start: (venue: Venue) => void | Promise<void>;
  /**
   * The error codes of its queries and subscriptions. If there are several, any of them, depending on what is noticed
   * first.
   */
  readonly codes: readonly MarketDataErrorCode[];
  /** True if only the deadline ends a call. */
  readonly hangs?: boolean;
  /** Kinds that work as usual. */
  readonly unharmed?: readonly (typeof faultKinds)[number][];
}

const unavailable = ['EXCHANGE_UNAVAILABLE'] as const;
const late = ['TIMEOUT'] as const;
const limited = ['RATE_LIMITED'] as const;
const blocked = ['GEO_BLOCKED'] as const;
const unreadable = ['BAD_EXCHANGE_RESPONSE'] as const;

/** Numbers are invalid only in prices: markets are listed as usual. */
const data = /ticker|klines/;

const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

export const faultRows: readonly FaultRow[] = [
  { name: 'connections that are refused', start: (venue) => venue.goDown(), codes: unavailable },
  { name: 'connections that are closed', start: (venue) => venue.fault({ kind: 'cut' }), codes: unavailable },
  { name: 'connections that are reset', start: (venue) => venue.fault({ kind: 'reset' }), codes: unavailable },
  { name: 'a body that breaks off', start: (venue) => venue.fault({ kind: 'cut-body' }), codes: unavailable },
  {
    name: 'a compressed body that breaks off',
    start: (venue) => venue.fault({ kind: 'cut-gzip' }),
    codes: unavailable,
  },
  { name: 'silence before the headers', start: (venue) => venue.fault({ kind: 'hang' }), codes: late, hangs: true },
  { name: 'silence after the headers', start: (venue) => venue.fault({ kind: 'hang-body' }), codes: late, hangs: true },
  { name: 'a body that drips', start: (venue) => venue.fault({ kind: 'drip' }), codes: late, hangs: true },
  // On a slow machine the deadline comes before the limit.
  { name: 'a body without an end', start: (venue) => venue.fault({ kind: 'huge' }), codes: [...unreadable, ...late] },
  {
    name: 'a few kB that decompress to many MB',
    start: (venue) => venue.fault({ kind: 'bomb' }),
    codes: [...unreadable, ...late],
  },
  { name: 'HTML', start: (venue) => venue.fault({ kind: 'garbage' }), codes: unreadable },
  { name: 'HTML with the content type of JSON', start: (venue) => raw(venue, '<html></html>'), codes: unreadable },
  { name: 'half a JSON text', start: (venue) => venue.fault({ kind: 'truncated' }), codes: unreadable },
  { name: 'half a compressed JSON text', start: (venue) => venue.fault({ kind: 'truncated-gzip' }), codes: unreadable },
  {
    name: 'bytes that are not gzip although declared',
    start: (venue) => venue.fault({ kind: 'bad-gzip' }),
    codes: unreadable,
  },
  { name: 'an empty body', start: (venue) => venue.fault({ kind: 'empty' }), codes: unreadable },
  { name: 'null', start: (venue) => raw(venue, 'null'), codes: unreadable },
  { name: 'a number', start: (venue) => raw(venue, '7'), codes: unreadable },
  { name: 'a list instead of an object', start: (venue) => raw(venue, '[[1], {"a": null}]'), codes: unreadable },
  { name: 'an object of another shape', start: (venue) => raw(venue, '{"data": {"a": [1]}}'), codes: unreadable },
  { name: 'a hundred thousand nested lists', start: (venue) => raw(venue, deep), codes: unreadable },
  {
    name: 'keys with a meaning in JavaScript',
    start: (venue) => raw(venue, '{"__proto__": {"symbols": 1}, "constructor": {"prototype": {"last": "1"}}}'),
    codes: unreadable,
  },
  {
    name: 'JSON with the content type of an image',
    start: (venue) => venue.fault({ kind: 'wrong-type' }),
    codes: [],
    unharmed: faultKinds,
  },
  { name: 'HTTP 500', start: (venue) => status(venue, 500), codes: unavailable },
  { name: 'HTTP 502', start: (venue) => status(venue, 502), codes: unavailable },
  { name: 'HTTP 503', start: (venue) => status(venue, 503), codes: unavailable },
  { name: 'HTTP 429 with Retry-After', start: (venue) => status(venue, 429, { 'retry-after': '7' }), codes: limited },
  { name: 'HTTP 418', start: (venue) => status(venue, 418), codes: limited },
  { name: 'HTTP 403', start: (venue) => status(venue, 403), codes: blocked },
  { name: 'HTTP 451', start: (venue) => status(venue, 451), codes: blocked },
  {
    name: 'a redirect to itself',
    start: (venue) => status(venue, 302, { location: `${venue.url}/api/v3/ping` }),
    codes: unavailable,
  },
  { name: 'NaN', start: (venue) => venue.fault({ kind: 'numbers', as: 'nan', match: data }), codes: unreadable },
  {
    name: 'negative numbers',
    start: (venue) => venue.fault({ kind: 'numbers', as: 'negative', match: data }),
    codes: unreadable,
  },
  {
    name: 'the year 3000',
    start: (venue) => venue.fault({ kind: 'numbers', as: 'year-3000', match: data }),
    codes: unreadable,
    unharmed: ['ticker', 'subscription'],
  },
];

function raw(venue: Venue, text: string): void {
  venue.fault({ kind: 'raw', text });
}

function status(venue: Venue, code: number, headers: Readonly<Record<string, string>> = {}): void {
  venue.fault({ kind: 'status', status: code, headers });
}
