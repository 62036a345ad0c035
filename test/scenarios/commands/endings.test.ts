import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { builtCommand, type RunningProgram, runProgram, startProgram } from '../../support/programs/run-program.ts';
import { eventually } from '../../support/socket-client.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';

const last = '{ ticker(exchange: "kraken", symbol: "BTC/USD") { last } }';

let folder: string;
let kraken: Venue;
let env: Readonly<Record<string, string>>;

beforeEach(async () => {
  kraken = await createKraken();
  kraken.refuseStreams();
  folder = mkdtempSync(join(tmpdir(), 'tickql-endings-'));
  const file = join(folder, 'exchanges.json');
  writeFileSync(file, JSON.stringify({ kraken: { ...kraken.exchangeConfig, rateLimit: 1 } }));
  env = { EXCHANGES: 'sim,kraken', EXCHANGE_CONFIG: file, POLL_INTERVAL_MS: '100', UPSTREAM_TIMEOUT_MS: '60000' };
});

afterEach(async () => {
  await kraken.close();
  rmSync(folder, { recursive: true, force: true });
});

const start = (...args: readonly string[]): RunningProgram =>
  startProgram([...builtCommand, ...args], { env, keepsInputOpen: true });

describe('a signal', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends a query that has no answer yet: code 130', async (signal) => {
    kraken.fault({ kind: 'hang' });
    const program = start('query', last);
    await eventually(() => kraken.count() > 0);
    program.child.kill(signal);
    expect(await program.ended).toEqual({ code: 130, stdout: '', stderr: '' });
  });

  test('ends a query whose text is still being typed', async () => {
    // More than a pipe holds, so that the rest leaves only when the command reads.
    const input = '#'.repeat(4 * 1024 * 1024);
    const program = startProgram([...builtCommand, 'query', '-'], { env, input, keepsInputOpen: true });
    await eventually(() => program.child.stdin.writableLength === 0);
    program.child.kill('SIGINT');
    expect(await program.ended).toEqual({ code: 130, stdout: '', stderr: '' });
  });

  test('ends a watch that has no price yet, with code 0', async () => {
    kraken.fault({ kind: 'hang' });
    const program = start('watch', 'kraken', 'BTC/USD');
    await eventually(() => kraken.count() > 0);
    program.child.kill('SIGINT');
    expect(await program.ended).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('an exchange that goes away', () => {
  test('leaves a marked line, and prices go on when it is back', async () => {
    kraken.setTicker('BTC/USD', { last: '100' });
    const program = start('watch', 'kraken', 'BTC/USD');
    await eventually(() => program.stdout.includes('  100  '));
    expect(program.stdout).not.toContain('STALE');
    kraken.fault({ kind: 'status', status: 503 });
    await eventually(() => / {2}100 {2}.*STALE\n$/.test(program.stdout));
    kraken.setTicker('BTC/USD', { last: '200' });
    kraken.heal();
    await eventually(() => / {2}200 {2}.* poll\n$/.test(program.stdout));
    program.child.kill('SIGINT');
    expect((await program.ended).code).toBe(0);
  });

  test('cannot be watched while it is away: code 1 and a sentence', async () => {
    await kraken.goDown();
    env = { ...env, UPSTREAM_TIMEOUT_MS: '3000' };
    const { code, stdout, stderr } = await start('watch', 'kraken', 'BTC/USD').ended;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^tickql: kraken could not be reached(; try again in \d+ s)?\.$/,
    );
  });
});

describe('what is written is lost', () => {
  const full = '/dev/full';

  test.skipIf(!existsSync(full)).each(['--version', 'schema', "query '{ exchanges { id } }'", 'watch sim BTC/USDT'])(
    '%s on a full disk: code 1 and a sentence',
    async (args) => {
      const run = await runProgram(['/bin/sh', '-c', `${builtCommand.join(' ')} ${args} > ${full}`]);
      const stderr = 'tickql: Standard output could not be written (ENOSPC), so the answer is incomplete.\n';
      expect(run).toEqual({ code: 1, stdout: '', stderr });
    },
  );

  test('a file that becomes full in the middle', async () => {
    const file = join(folder, 'schema.graphql');
    const command = `ulimit -f 8; ${builtCommand.join(' ')} schema > ${file}`;
    const { code, stderr } = await runProgram(['/bin/bash', '-c', command]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('could not be written (EFBIG)')]);
    expect(readFileSync(file).length).toBe(8192);
  });
});
