import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

const workflow = read('.github/workflows/ci.yml');

test('the workflow runs what decides whether a change lands, from the oldest Node that is allowed on', () => {
  const [, list = ''] = /^ +node: \[(.+)\]$/m.exec(workflow) ?? [];
  const versions = list.split(', ').map((version) => version.replaceAll('"', ''));
  const [, floor] = /^>=(\d+\.\d+)\.\d+$/.exec(JSON.parse(read('package.json')).engines.node) ?? [];
  expect(versions).toEqual([floor, '22', '24']);
  expect(read('README.md')).toContain(`Node ${floor} or later.`);
  expect(workflow).toMatch(/^ +- run: \.ci\/run$/m);
});

test('its actions are pinned by major version', () => {
  const actions = [...workflow.matchAll(/uses: (\S+)/g)].map(([, action]) => action);
  expect(actions.length).toBeGreaterThan(0);
  for (const action of actions) expect(action).toMatch(/^actions\/[\w-]+@v\d+$/);
});
