import { readFileSync, writeFileSync } from 'node:fs';

// `npm version` runs this after it raises the version and before it commits: the unreleased entries become those of the
// version.

const file = new URL('../CHANGELOG.md', import.meta.url);
const unreleased = '## Unreleased\n';

/** Puts a heading of the version between "Unreleased" and its entries. Throws if there are no entries. */
export function release(changelog: string, version: string, date: string): string {
  const [before = '', rest] = changelog.split(unreleased, 2);
  if (rest === undefined) throw new Error('CHANGELOG.md has no section "Unreleased"');
  const [entries = ''] = rest.split(/^## /m, 1);
  if (entries.trim() === '') throw new Error('CHANGELOG.md has no entries under "Unreleased"');
  return `${before}${unreleased}\n## ${version} (${date})\n${rest}`;
}

const { npm_lifecycle_event: event, npm_package_version: version } = process.env;
if (event === 'version' && version) {
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(file, release(readFileSync(file, 'utf8'), version, date));
}
