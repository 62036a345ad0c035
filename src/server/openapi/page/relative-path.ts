/**
 * A path of this server as a link on the page at /api: `api/exchanges`. It is right behind a proxy that adds a prefix to
 * all paths, too, which a path from the root would leave out.
 */
export function toRelative(path: string): string {
  return path.replace(/^\//, '');
}
