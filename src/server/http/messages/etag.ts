/**
 * A strong entity tag: equal only for equal bytes of the same media type (RFC 9110, 8.8.3). `variant` distinguishes the
 * forms in which an answer with this digest is sent.
 */
export function toEtag(digest: string, variant: string): string {
  return `"${digest}${variant}"`;
}

/** True if an If-None-Match header names the tag or `*`: the client has the answer already (RFC 9110, 13.1.2). */
export function isNamedBy(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  const tags = ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return tags.some((tag) => tag.replace(/^W\//, '') === etag);
}
