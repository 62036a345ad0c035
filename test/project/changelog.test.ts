import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { release } from '../../scripts/release-changelog.ts';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

test('the changelog begins with what is unreleased, and then has the version of package.json', () => {
  const headings = [...read('CHANGELOG.md').matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
  const { version } = JSON.parse(read('package.json'));
  expect(headings[0]).toBe('Unreleased');
  expect(headings[1]?.split(' ')[0]).toBe(version);
  for (const heading of headings.slice(1)) expect(heading).toMatch(/^\d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\)$/);
});

test('package-lock.json has the version of package.json', () => {
  const { version } = JSON.parse(read('package.json'));
  const lock = JSON.parse(read('package-lock.json'));
  expect([lock.version, lock.packages[''].version]).toEqual([version, version]);
});

test('a release puts its heading above the unreleased entries', () => {
  const before = '# Changelog\n\n## Unreleased\n\n- One.\n\n## 0.1.0 (2026-01-01)\n\n- Two.\n';
  const after = '# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-02-01)\n\n- One.\n\n## 0.1.0 (2026-01-01)\n\n- Two.\n';
  expect(release(before, '0.2.0', '2026-02-01')).toBe(after);
});

test('a release without entries is refused', () => {
  expect(() => release('# Changelog\n\n## Unreleased\n\n## 0.1.0 (2026-01-01)\n\n- Two.\n', '0.2.0', '')).toThrow(
    'no entries',
  );
  expect(() => release('# Changelog\n', '0.2.0', '')).toThrow('no section');
});
