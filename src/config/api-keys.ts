import { ConfigError } from './config-error.ts';
import { toItems } from './items.ts';

/** API_KEYS; none where it is not set. A ConfigError says nothing of the keys themselves. */
export function readApiKeys(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const keys = toItems(text);
  // Else a server is open that its operator believes locked: where a secret is missing, the variable is empty.
  if (keys.length === 0) throw new ConfigError('API_KEYS names no key; unset it where everybody may ask.');
  if (!keys.every((key) => /^[!-~]+$/.test(key))) {
    throw new ConfigError('API_KEYS must be keys of ASCII characters without spaces, separated by commas.');
  }
  return keys;
}
