import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseExposition } from '../support/exposition.ts';
import { type AppServer, startServer } from '../support/server.ts';

const read = (name: string): string => readFileSync(new URL(`../../ops/${name}`, import.meta.url), 'utf8');
const dashboard = JSON.parse(read('grafana-dashboard.json'));
const alerts = read('alerts.yaml');

const chosen = /^\$\{datasource\}$/;

let app: AppServer;
let known: ReadonlySet<string>;

beforeAll(async () => {
  app = await startServer();
  const { metrics } = parseExposition(await app.scrape());
  known = new Set(metrics.keys());
});

afterAll(() => app.stop());

/** The metrics that expressions of Prometheus name. */
function namesIn(text: string): ReadonlySet<string> {
  const names = text.match(/\b(?:tickql|process|nodejs)_\w+/g) ?? [];
  return new Set(names.map((name) => name.replace(/_(?:bucket|sum|count)$/, '')));
}

const expressions = (): string =>
  JSON.stringify(dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }: { expr: string }) => expr)));

test('the dashboard shows every metric there is, and none that there is not', () => {
  expect([...namesIn(expressions())].sort()).toEqual([...known].sort());
});

test('the table of metrics has a row for each metric, and none for another', () => {
  const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| ((?:tickql|process|nodejs)_\w+) +\|/gm)].map(([, name]) => name);
  expect(rows.sort()).toEqual([...known].sort());
});

test('alerts name metrics that there are', () => {
  const rules = [...alerts.matchAll(/^ +expr: (?:>-\n((?: {10}.+\n)+)|(.+))/gm)].map(
    ([, block, line]) => block ?? line,
  );
  expect(rules).toHaveLength([...alerts.matchAll(/- alert: /g)].length);
  for (const rule of rules) {
    for (const name of namesIn(rule ?? '')) expect(known).toContain(name);
    // Prometheus' own, else.
    expect(rule).toMatch(/\bup\{|\b(?:tickql|process|nodejs)_/);
  }
});

test('each panel has a title, a description, a unit, a place of its own and the chosen data source', () => {
  const taken = new Set<string>();
  const ids = dashboard.panels.map(({ id }: { id: number }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { title, type, description, fieldConfig, gridPos, datasource, targets } of dashboard.panels) {
    expect(title).not.toBe('');
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect([title, taken.has(`${x} ${y}`)]).toEqual([title, false]);
        taken.add(`${x} ${y}`);
      }
    }
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    if (type === 'row') continue;
    expect(description).toMatch(/\.$/);
    expect(fieldConfig.defaults.unit).toMatch(/^(short|s|ops|bytes|Bps|percentunit)$/);
    expect(datasource.uid).toMatch(chosen);
    for (const target of targets) expect(target.datasource.uid).toMatch(chosen);
  }
  expect(dashboard.templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
});
