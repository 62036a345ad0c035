import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { toMaxConnections } from '../../src/app/descriptor-limit.ts';
import { settings } from '../../src/config/settings.ts';

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

test('the unit allows as many files as MAX_SOCKETS and the exchanges need', () => {
  const allowed = Number(/^LimitNOFILE=(\d+)$/m.exec(read('ops/tickql.service'))?.[1]);
  expect(toMaxConnections(allowed)).toBeGreaterThan(settings.MAX_SOCKETS.parse(undefined));
});

test.each(['ops/nginx/tickql.conf', 'ops/nginx.conf', 'ops/Caddyfile'])(
  'the proxy closes no connection that the server keeps open, and reuses none that it closes: %s',
  (path) => {
    const text = read(path);
    const toSeconds = (name: string): readonly number[] =>
      [...text.matchAll(new RegExp(`\\b${name} (\\d+)s;?$`, 'gm'))].map(([, seconds]) => Number(seconds));
    const pingSeconds = Number(/^const slots = (\d+);$/m.exec(read('src/server/websocket/heartbeat.ts'))?.[1]);
    const keepAliveMs = /keepAliveMs: ([\d_]+)/.exec(read('src/server/http/http-server.ts'))?.[1]?.replace('_', '');
    // Caddy has no such timeouts unless they are set.
    for (const seconds of toSeconds('proxy_(?:read|send)_timeout')) expect(seconds).toBeGreaterThan(2 * pingSeconds);
    // nginx keeps idle connections for a minute unless this is set.
    for (const seconds of [60, ...toSeconds('keepalive(?:_timeout)?')]) {
      expect(seconds * 1000).toBeLessThan(Number(keepAliveMs));
    }
    expect(toSeconds(path.endsWith('conf') ? 'proxy_read_timeout' : 'keepalive')).not.toEqual([]);
  },
);

test.runIf(existsSync(analyze))('systemd finds no fault in the unit', () => {
  const path = fileURLToPath(new URL('ops/tickql.service', root));
  const { stdout, stderr } = spawnSync(analyze, ['verify', path], { encoding: 'utf8' });
  // The program lies elsewhere on some machines.
  const faults = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('tickql.service'));
  expect(faults.filter((line) => !line.includes('/usr/bin/node'))).toEqual([]);
});
