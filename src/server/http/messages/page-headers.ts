/** What a page may load and do, by directive of Content-Security-Policy; what is not named is forbidden. */
export type PagePolicy = Readonly<Record<string, readonly string[]>>;

/** Applies to every page: it loads nothing but what it names, fits in no frame, and has no form or base that leads elsewhere. */
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
    // For browsers that do not know frame-ancestors.
    'x-frame-options': 'DENY',
  };
}

/** Where a page may open a WebSocket to its own server, which not every browser includes in 'self'. */
export function ownSockets(host: string): readonly string[] {
  // A host with other characters could add directives to the policy.
  return /^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/i.test(host) ? [`ws://${host}`, `wss://${host}`] : [];
}
