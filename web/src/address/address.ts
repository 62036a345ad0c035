import { type MarketRef, parseKey, toKey } from '../base/market-ref.ts';

/** A column and a direction by which a table is sorted. */
export interface Sorting {
  readonly by: string;
  readonly descending: boolean;
}

/** A watch list. Without `markets`, it is one of those that the browser keeps. */
export interface MarketsView {
  readonly kind: 'markets';
  readonly name: string | null;
  readonly markets: readonly MarketRef[] | null;
  readonly sorting: Sorting | null;
}

/** All markets of an exchange, ranked. Null stands for the default. */
export interface ScreenView {
  readonly kind: 'screen';
  readonly exchange: string | null;
  readonly type: string | null;
  readonly quote: string | null;
  readonly rankBy: string | null;
  readonly ascending: boolean;
}

/** One market. */
export interface MarketView extends MarketRef {
  readonly kind: 'market';
  readonly timeframe: string | null;
}

/** What the page shows. All of it stands in the address, so that a link or a reload restores it. */
export type View = MarketsView | ScreenView | MarketView;

export const home: MarketsView = { kind: 'markets', name: null, markets: null, sorting: null };

/**
 * Reads the part of the address after `#`. It never reaches the server, so the page needs no paths of its own there:
 *
 * - `#/markets?name=Majors&list=sim:BTC/USDT,kraken:ETH/USD&sort=-percentage`
 * - `#/screen/kraken?type=SPOT&quote=USD&rank=PERCENTAGE&order=asc`
 * - `#/market/sim/BTC/USDT:USDT?timeframe=1h`
 *
 * Anything else is the watch list.
 */
export function parseAddress(hash: string): View {
  const [path = '', search = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s);
  const params = new URLSearchParams(search);
  const [kind, exchange = '', ...symbol] = path.split('/').map(decode);
  if (kind === 'market' && exchange && symbol.join('')) {
    return { kind, exchange, symbol: symbol.join('/'), timeframe: params.get('timeframe') };
  }
  if (kind === 'screen') {
    return {
      kind,
      exchange: exchange || null,
      type: params.get('type'),
      quote: params.get('quote'),
      rankBy: params.get('rank'),
      ascending: params.get('order') === 'asc',
    };
  }
  return { kind: 'markets', name: params.get('name'), markets: parseList(params), sorting: parseSorting(params) };
}

/** The address of a view, for a link: what `parseAddress` reads. */
export function formatAddress(view: View): string {
  switch (view.kind) {
    case 'market':
      return `#/market/${encode(view.exchange)}/${encode(view.symbol)}${query({ timeframe: view.timeframe })}`;
    case 'screen': {
      const { exchange, type, quote, rankBy, ascending } = view;
      return `#/screen/${encode(exchange ?? '')}${query({ type, quote, rank: rankBy, order: ascending ? 'asc' : null })}`;
    }
    case 'markets': {
      const { name, markets, sorting } = view;
      const sort = sorting && `${sorting.descending ? '-' : ''}${sorting.by}`;
      return `#/markets${query({ name, list: markets?.map(toKey).join(',') ?? null, sort })}`;
    }
  }
}

function parseList(params: URLSearchParams): readonly MarketRef[] | null {
  const list = params.get('list');
  return list === null ? null : list.split(',').flatMap((key) => parseKey(key) ?? []);
}

function parseSorting(params: URLSearchParams): Sorting | null {
  const sort = params.get('sort') ?? '';
  const by = sort.replace(/^-/, '');
  return by ? { by, descending: sort.startsWith('-') } : null;
}

function query(params: Readonly<Record<string, string | null>>): string {
  const parts = Object.entries(params).flatMap(([name, value]) => (value === null ? [] : `${name}=${encode(value)}`));
  return parts.length > 0 ? `?${parts.join('&')}` : '';
}

/** Slashes, colons and commas stay readable. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/%(?:2F|3A|2C)/g, decodeURIComponent);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
