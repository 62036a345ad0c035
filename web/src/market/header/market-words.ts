import { formatPrice } from '../../format/price.ts';
import type { MarketInfo } from '../market-info.ts';

const types: Readonly<Record<MarketInfo['type'], string>> = {
  SPOT: 'Spot',
  SWAP: 'Perpetual swap',
  FUTURE: 'Future',
  OPTION: 'Option',
};

const day = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' });

/** The type of a market, and when it expires: `Future, expires Jun 26, 2026`. */
export function describeType({ type, expiry }: MarketInfo): string {
  return expiry === null ? types[type] : `${types[type]}, expires ${day.format(Date.parse(expiry))}`;
}

/** Why the market has no new prices; null if it should have some. `now` is in epoch ms. */
export function describeHalt({ active, expiry }: MarketInfo, now: number): string | null {
  if (expiry !== null && Date.parse(expiry) <= now) return 'This contract has expired.';
  return active === false ? 'This market cannot be traded at present.' : null;
}

/** What the title of the browser's tab says. */
export interface TitleParts {
  readonly last: number | null;
  readonly step: number | null;
  readonly symbol: string;
  readonly exchange: string;
  readonly isSimulated: boolean;
  readonly isStale: boolean;
}

/** `97,000.00 BTC/USDT – Kraken`. Made-up and stale prices say so here, too. */
export function formatTitle({ last, step, symbol, exchange, isSimulated, isStale }: TitleParts): string {
  const price = last === null ? '' : `${formatPrice(last, step)} ${isStale ? '(stale) ' : ''}`;
  return `${price}${symbol} – ${exchange}${isSimulated ? ' (made up)' : ''}`;
}
