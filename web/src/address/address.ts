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
  /** Empty for all quote currencies. */
  readonly quote: string | null;
  /** In quote currency. */
  readonly minVolume: number | null;
  readonly rankBy: string | null;
  readonly ascending: boolean;
  /** How many markets. */
  readonly first: number | null;
  /** The order of those that the server has ranked first; null for the server's. */
  readonly sorting: Sorting | null;
}

/** One market. */
export interface MarketView extends MarketRef {
  readonly kind: 'market';
  readonly timeframe: string | null;
}

/** What the page shows. All of it stands in the address, so that a link or a reload restores it. */
export type View = MarketsView | ScreenView | MarketView;

export const home: MarketsView = { kind: 'markets', name: null, markets: null, sorting: null };

export const screener: ScreenView = {
  kind: 'screen',
  exchange: null,
  type: null,
  quote: null,
  minVolume: null,
  rankBy: null,
  ascending: false,
  first: null,
  sorting: null,
};

/**
 * Reads the part of the address after `#`. It never reaches the server, so the page needs no paths of its own there:
 *
 * - `#/markets?name=Majors&list=sim:BTC/USDT,kraken:ETH/USD&sort=-percentage`
 * - `#/screen/kraken?type=SPOT&quote=USD&min=100000&rank=PERCENTAGE&order=asc&first=100&sort=-spread`
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
      minVolume: parsePositive(params.get('min')),
      rankBy: params.get('rank'),
      ascending: params.get('order') === 'asc',
      first: parseCount(params.get('first')),
      sorting: parseSorting(params),
    };
  }
  return { kind: 'markets', name: params.get('name'), markets: parseList(params), sorting: parseSorting(params) };
}

/** The address of a view, for a link: what `parseAddress` reads. */
export function formatAddress(view: View): string {
  switch (view.kind) {
    case 'market':
      return `#/market/${encode(view.exchange)}/${encode(view.symbol)}${query({ timeframe: view.timeframe })}`;
    case 'screen':
      return `#/screen/${encode(view.exchange ?? '')}${query(toScreenParams(view))}`;
    case 'markets': {
      const { name, markets, sorting } = view;
      return `#/markets${query({ name, list: markets?.map(toKey).join(',') ?? null, sort: toSort(sorting) })}`;
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

function toSort(sorting: Sorting | null): string | null {
  return sorting && `${sorting.descending ? '-' : ''}${sorting.by}`;
}

function toScreenParams({ type, quote, minVolume, rankBy, ascending, first, sorting }: ScreenView): Params {
  return {
    type,
    quote,
    min: minVolume === null ? null : String(minVolume),
    rank: rankBy,
    order: ascending ? 'asc' : null,
    first: first === null ? null : String(first),
    sort: toSort(sorting),
  };
}

/** A number above zero; null for anything else. */
function parsePositive(text: string | null): number | null {
  const number = Number(text);
  return number > 0 && Number.isFinite(number) ? number : null;
}

/** A whole number above zero; null for anything else. */
function parseCount(text: string | null): number | null {
  const number = parsePositive(text);
  return number !== null && Number.isInteger(number) ? number : null;
}

type Params = Readonly<Record<string, string | null>>;

function query(params: Params): string {
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
