import { readCredentials, toBasic } from './credentials.ts';

/** A server that takes requests with the exchange's address at the end of its own: ccxt's proxyUrl. */
export interface Relay {
  /** What comes before the exchange's address, without a name and password. */
  readonly prefix: string;
  /** The value of an Authorization header, where the relay wants one. */
  readonly authorization: string | null;
}

/** A relay by its address; null where that is none. */
export function readRelay(value: unknown): Relay | null {
  if (typeof value !== 'string' || !/^\s*https?:\/\//i.test(value) || !URL.canParse(value)) return null;
  const url = new URL(value);
  // The exchange's address would be part of what is never sent.
  if (url.hash !== '') return null;
  const authorization = toBasic(readCredentials(url));
  url.username = '';
  url.password = '';
  return { prefix: url.href, authorization };
}
