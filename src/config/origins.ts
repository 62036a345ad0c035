import { ConfigError } from './config-error.ts';
import { toItems } from './items.ts';

/** Reads CORS_ORIGINS, in the form in which browsers send them; null for all origins. */
export function readOrigins(text: string | undefined): readonly string[] | null {
  if (!text || text.trim() === '*') return null;
  if (text.trim() === 'none') return [];
  const origins = toItems(text).map(toOrigin);
  if (origins.length > 0 && origins.every((origin) => origin !== null)) return origins;
  const example = 'origins such as https://app.example.com or http://localhost:3000, separated by commas';
  throw new ConfigError(`CORS_ORIGINS is ${JSON.stringify(text)}; it must be *, none, or ${example}.`);
}

/** The origin as browsers send it; null if the text is not an origin. For the own schemes of some apps, URL knows no origin. */
function toOrigin(text: string): string | null {
  if (!/^[a-z][a-z\d+.-]*:\/\/[^\s/?#@*]+$/i.test(text) || !URL.canParse(text)) return null;
  const { origin } = new URL(text);
  return origin === 'null' ? text.toLowerCase() : origin;
}
