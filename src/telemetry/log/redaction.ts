import { readCredentials, toBasic } from '../../exchange/proxy/credentials.ts';

const hidden = '[hidden]';

/** Names of options that hold what nobody may read: keys, and addresses of proxies, but for what is only an address. */
const secretName = /key|secret|pass|token|auth|cookie|uid|login|twofa|wallet|account|mnemonic|proxy/i;

/** Shorter ones are found in words that are none. */
const leastLength = 6;

/** The name and password of an address, and its query, where ccxt puts keys and signatures. Ends where JSON's string does. */
const inAddress = /((?:https?|wss?|socks\w*):\/\/)([^\s"'\\/?#@]*@)?([^\s"'\\?]*)(\?[^\s"'\\]*)?/gi;

/** What takes out of a line of JSON the secrets of the options and, in addresses, passwords and queries. */
export function createRedaction(exchangeOptions: unknown): (line: string) => string {
  const secrets = [...secretsOf(exchangeOptions, false)]
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .map((secret) => JSON.stringify(secret).slice(1, -1))
    .sort((a, b) => b.length - a.length);
  return (line) => {
    // Before addresses are cut up: one may hold an @ in its password.
    const shown = secrets.reduce((text, secret) => text.replaceAll(secret, hidden), line);
    return shown.replace(inAddress, (_, scheme: string, user?: string, place = '', query?: string) =>
      [scheme, user ? `${hidden}@` : '', place, query ? `?${hidden}` : ''].join(''),
    );
  };
}

function* secretsOf(value: unknown, isSecret: boolean): Iterable<string> {
  if (typeof value === 'string') {
    if (isSecret) yield* partsOf(value).filter((part) => part.length >= leastLength);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value)) yield* secretsOf(each, isSecret || secretName.test(name));
  }
}

/** What is secret of the value of such an option: of an address, whatever is more than the place it leads to. */
function partsOf(value: string): readonly string[] {
  if (!value.includes('://') || !URL.canParse(value)) return [value];
  const url = new URL(value);
  const credentials = readCredentials(url);
  const header = toBasic(credentials)?.replace('Basic ', '') ?? '';
  const [, asWritten = ''] = /\/\/[^:@]*:(.*)@/.exec(value) ?? [];
  const isPlace = header === '' && /^\/?$/.test(url.pathname) && url.search === '';
  return isPlace ? [] : [value, url.href, asWritten, url.password, credentials.password, header];
}
