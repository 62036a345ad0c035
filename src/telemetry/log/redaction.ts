import { readCredentials, toBasic } from '../../exchange/proxy/credentials.ts';

const hidden = '[hidden]';

/** Names of options with secret values: keys, passwords, and proxy addresses, which can contain passwords. */
const secretName = /key|secret|pass|token|auth|cookie|uid|login|twofa|wallet|account|mnemonic|proxy/i;

/** Shorter secrets would also match parts of ordinary words. */
const minLength = 6;

/**
 * User, password and query of a URL; ccxt puts keys and signatures into the query. Matches up to the end of a JSON
 * string.
 */
const urlPattern = /((?:https?|wss?|socks\w*|rediss?):\/\/)([^\s"'\\/?#@]*@)?([^\s"'\\?]*)(\?[^\s"'\\]*)?/gi;

/**
 * Creates a function that removes from a line of JSON the secrets of the options, and passwords and queries of URLs.
 */
export function createRedaction(exchangeOptions: unknown): (line: string) => string {
  const secrets = [...secretsOf(exchangeOptions, false)]
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .map((secret) => JSON.stringify(secret).slice(1, -1))
    .sort((a, b) => b.length - a.length);
  return (line) => {
    // Before URLs are taken apart, because a password can contain an @.
    const redacted = secrets.reduce((text, secret) => text.replaceAll(secret, hidden), line);
    return redacted.replace(urlPattern, (_, scheme: string, user?: string, place = '', query?: string) =>
      [scheme, user ? `${hidden}@` : '', place, query ? `?${hidden}` : ''].join(''),
    );
  };
}

function* secretsOf(value: unknown, isSecret: boolean): Iterable<string> {
  if (typeof value === 'string') {
    if (isSecret) yield* partsOf(value).filter((part) => part.length >= minLength);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value)) yield* secretsOf(each, isSecret || secretName.test(name));
  }
}

/** The secret parts of such an option. A URL with nothing but scheme, host and port has none. */
function partsOf(value: string): readonly string[] {
  if (!value.includes('://') || !URL.canParse(value)) return [value];
  const url = new URL(value);
  const credentials = readCredentials(url);
  const header = toBasic(credentials)?.replace('Basic ', '') ?? '';
  const [, asWritten = ''] = /\/\/[^:@]*:(.*)@/.exec(value) ?? [];
  const isHostOnly = header === '' && /^\/?$/.test(url.pathname) && url.search === '';
  return isHostOnly ? [] : [value, url.href, asWritten, url.password, credentials.password, header];
}
