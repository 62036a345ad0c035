/** What a page may load and do, by directive of Content-Security-Policy. Everything else is forbidden. */
export type PagePolicy = Readonly<Record<string, readonly string[]>>;

/** For every page: no content except what the page allows, no embedding in frames, no forms, and no other base URL. */
const strictest: PagePolicy = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** The headers that isolate a page from other pages. */
export function pageHeaders(policy: PagePolicy): Readonly<Record<string, string>> {
  const directives = Object.entries({ ...strictest, ...policy }).map(
    ([name, sources]) => `${name} ${sources.join(' ')}`,
  );
  return {
    'content-security-policy': directives.join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    // For browsers that do not support frame-ancestors.
    'x-frame-options': 'DENY',
  };
}

/** The sources for WebSockets to the page's own server, which not every browser includes in 'self'. */
export function ownSockets(host: string): readonly string[] {
  // A host with other characters could inject directives into the policy.
  return /^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/i.test(host) ? [`ws://${host}`, `wss://${host}`] : [];
}
