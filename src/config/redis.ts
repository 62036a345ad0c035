import { ConfigError } from './config-error.ts';

/** How several instances of the server find each other. */
export interface ClusterConfig {
  /** Can contain a password. */
  readonly redisUrl: string;
  /** The beginning of all keys and channels. Instances with another prefix are another cluster. */
  readonly keyPrefix: string;
  /** How long it may take until another instance calls the exchanges of one that has died, in ms. */
  readonly takeoverMs: number;
}

const example =
  'an address such as redis://host:6379, or rediss://user:password@host:6379/0 with TLS, a user, a password and the number of a database';

/** Reads REDIS_URL; null if it is not set. A ConfigError never repeats the address, which can contain a password. */
export function readRedisUrl(text: string | undefined): string | null {
  if (!text) return null;
  if (isRedisUrl(text)) return text;
  throw new ConfigError(
    `REDIS_URL must be ${example}. Percent-encode special characters of the user and the password.`,
  );
}

function isRedisUrl(text: string): boolean {
  if (!/^rediss?:\/\/[^\s?#]+$/i.test(text) || !URL.canParse(text)) return false;
  const { hostname, port, username, password, pathname } = new URL(text);
  const isDatabase = /^\/?$|^\/\d{1,9}$/.test(pathname);
  return hostname !== '' && port !== '0' && isDatabase && isDecodable(username) && isDecodable(password);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
