const hidden = '[hidden]';

/** Names of options that hold what nobody may read: keys, and addresses of proxies, which may hold a password. */
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
    const shown = line.replace(inAddress, (_, scheme: string, user?: string, place = '', query?: string) =>
      [scheme, user ? `${hidden}@` : '', place, query ? `?${hidden}` : ''].join(''),
    );
    return secrets.reduce((text, secret) => text.replaceAll(secret, hidden), shown);
  };
}

function* secretsOf(value: unknown, isSecret: boolean): Iterable<string> {
  if (typeof value === 'string') {
    if (isSecret && value.length >= leastLength) yield value;
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value)) yield* secretsOf(each, isSecret || secretName.test(name));
  }
}
