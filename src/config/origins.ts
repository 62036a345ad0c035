import { ConfigError } from './config-error.ts';
import { toItems } from './items.ts';

/** CORS_ORIGINS, as browsers write them; null for all. */
export function readOrigins(text: string | undefined): readonly string[] | null {
  if (!text || text.trim() === '*') return null;
  if (text.trim() === 'none') return [];
  const origins = toItems(text).map(toOrigin);
  if (origins.length > 0 && origins.every((origin) => origin !== null)) return origins;
  const example = 'origins such as https://app.example.com or http://localhost:3000, separated by commas';
  throw new ConfigError(`CORS_ORIGINS is ${JSON.stringify(text)}; it must be *, none, or ${example}.`);
}

/** As browsers write it; null where it is none. Apps have schemes of their own, of which URL knows no origin. */
function toOrigin(text: string): string | null {
  if (!/^[a-z][a-z\d+.-]*:\/\/[^\s/?#@*]+$/i.test(text) || !URL.canParse(text)) return null;
  const { origin } = new URL(text);
  return origin === 'null' ? text.toLowerCase() : origin;
}
