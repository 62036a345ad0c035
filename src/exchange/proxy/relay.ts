import { readCredentials, toBasic } from './credentials.ts';

/** A server that takes requests with the exchange's URL appended to its own: ccxt's proxyUrl. */
export interface Relay {
  /** What comes before the exchange's URL, without username and password. */
  readonly prefix: string;
  /** The value of an Authorization header, if the relay needs one. */
  readonly authorization: string | null;
}

/** The relay with this URL; null if the URL is not valid. */
export function readRelay(value: unknown): Relay | null {
  if (typeof value !== 'string' || !/^\s*https?:\/\//i.test(value) || !URL.canParse(value)) return null;
  const url = new URL(value);
  // The exchange's URL would become part of the fragment, which is never sent.
  if (url.hash !== '') return null;
  const authorization = toBasic(readCredentials(url));
  url.username = '';
  url.password = '';
  return { prefix: url.href, authorization };
}
