import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const page = read('docs/deploy.md');
const analyze = '/usr/bin/systemd-analyze';

test.each([
  ['ini', 'ops/tickql.service'],
  ['nginx', 'ops/nginx/tickql.conf'],
  ['caddyfile', 'ops/Caddyfile'],
])('the page shows the whole file: %s of %s', (language, path) => {
  expect(page).toContain(`\n\`\`\`${language}\n${read(path)}\`\`\`\n`);
});

test('the unit gives the server the time that it needs to stop', () => {
  const seconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(read('ops/tickql.service'))?.[1]);
  const stopMs = Number(/^const maxStopMs = (\d+);$/m.exec(read('src/app/shutdown.ts'))?.[1]);
  expect(seconds * 1000).toBeGreaterThan(500 + stopMs);
});

test.runIf(existsSync(analyze))('systemd finds no fault in the unit', () => {
  const path = fileURLToPath(new URL('ops/tickql.service', root));
  const { stdout, stderr } = spawnSync(analyze, ['verify', path], { encoding: 'utf8' });
  // The program lies elsewhere on some machines.
  const faults = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('tickql.service'));
  expect(faults.filter((line) => !line.includes('/usr/bin/node'))).toEqual([]);
});
