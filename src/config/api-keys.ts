import { ConfigError } from './config-error.ts';
import { toItems } from './items.ts';

/** Reads API_KEYS; an empty list if it is not set. A ConfigError never repeats a key. */
export function readApiKeys(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const keys = toItems(text);
  // An empty variable may be a secret that is missing. The server would be open while its operator believes it is locked.
  if (keys.length === 0) throw new ConfigError('API_KEYS contains no key; unset it to let everybody use this server.');
  if (!keys.every((key) => /^[!-~]+$/.test(key))) {
    throw new ConfigError('API_KEYS must be keys of ASCII characters without spaces, separated by commas.');
  }
  return keys;
}
