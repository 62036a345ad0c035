import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Of Debian's prometheus. */
const promtool = '/usr/bin/promtool';

export const hasPromtool = existsSync(promtool);

/** What promtool prints about a file of rules. */
export function checkRules(path: string): string {
  return execFileSync(promtool, ['check', 'rules', path], { encoding: 'utf8' });
}

/**
 * Runs promtool's own tests of rules, all in one process, because each process takes as long to start as a test takes.
 * Returns what promtool prints about each of them: `SUCCESS`, or what is wrong.
 */
export function testRules(tests: readonly object[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'tickql-alerts-'));
  try {
    const names = tests.map((_, index) => `${index}.yaml`);
    // JSON is YAML.
    for (const [index, name] of names.entries()) writeFileSync(join(folder, name), JSON.stringify(tests[index]));
    // Successes go to standard output and failures to standard error: in one file they are in their order.
    const path = join(folder, 'output');
    const output = openSync(path, 'w');
    spawnSync(promtool, ['test', 'rules', ...names], { cwd: folder, stdio: ['ignore', output, output] });
    closeSync(output);
    const [, ...parts] = readFileSync(path, 'utf8').split(/^Unit Testing: +(.+)$/m);
    return names.map((name) => {
      const at = parts.indexOf(name);
      return at < 0 ? 'promtool has not run this test' : (parts[at + 1] ?? '').trim();
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
