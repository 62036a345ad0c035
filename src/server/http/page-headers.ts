/** What a page may load and do, by directive of Content-Security-Policy; whatever is not named may not be. */
export type PagePolicy = Readonly<Record<string, readonly string[]>>;

/** Holds for every page: nothing but what it names, in no frame, and no form or base that leads elsewhere. */
const strictest: PagePolicy = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** The headers that keep a page to itself, and others out of it. */
export function pageHeaders(policy: PagePolicy): Readonly<Record<string, string>> {
  const directives = Object.entries({ ...strictest, ...policy }).map(
    ([name, sources]) => `${name} ${sources.join(' ')}`,
  );
  return {
    'content-security-policy': directives.join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    // For browsers that know no frame-ancestors.
    'x-frame-options': 'DENY',
  };
}

/** Where a page may open a WebSocket to its own server: not every browser takes it for 'self'. */
export function ownSockets(host: string): readonly string[] {
  // A host of other characters would say more in a policy than where.
  return /^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/i.test(host) ? [`ws://${host}`, `wss://${host}`] : [];
}
