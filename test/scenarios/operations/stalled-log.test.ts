import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseExposition } from '../../support/exposition.ts';
import { Fifo } from '../../support/log-readers.ts';
import { findFreePort } from '../../support/loopback-program.ts';
import { eventually } from '../../support/socket-client.ts';

// Each starts a process, and most send it thousands of requests.
vi.setConfig({ testTimeout: 60_000 });

const main = new URL('../../../dist/main.js', import.meta.url).pathname;

/** util-linux's, which runs a program in a terminal. */
const script = '/usr/bin/script';

/** Each is a line of the log: together more than a pipe holds, and several times what a process keeps. */
const [some, many] = [1500, 12_000];

let fifo: Fifo;
let origin: string;
let port: number;
const children: ChildProcess[] = [];
const endings: (() => void)[] = [];

beforeEach(async () => {
  fifo = new Fifo();
  port = await findFreePort();
  origin = `http://127.0.0.1:${port}`;
});

afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  for (const end of endings.splice(0)) end();
  fifo.close();
});

/** The built server with a line at debug for each request. */
async function start(stdio: StdioOptions, command = process.execPath, args: readonly string[] = [main]) {
  const env = { PATH: process.env.PATH, PORT: String(port), LOG_LEVEL: 'debug', TERM: 'xterm' };
  const child = spawn(command, [...args], { env, stdio });
  children.push(child);
  await eventually(async () => (await statusOf('/ready')) === 200, 15_000);
  return child;
}

/** The same, with code of a test in it. */
function startWith(code: string, stdio: StdioOptions = ['ignore', 'pipe', 'pipe']): Promise<ChildProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'tickql-'));
  endings.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'code.mjs');
  writeFileSync(file, code);
  return start(stdio, process.execPath, ['--import', file, main]);
}

/** Null while it does not listen. */
async function statusOf(place: string): Promise<number | null> {
  const response = await fetch(origin + place).catch(() => null);
  return response?.status ?? null;
}

/** Sends all requests; each must be answered. */
async function ask(amount: number): Promise<void> {
  const url = `${origin}/graphql?query={__typename}`;
  const { '2xx': answered } = await autocannon({ url, amount, connections: 10 });
  expect(answered).toBe(amount);
}

async function measure(name: string): Promise<number> {
  const { find } = parseExposition(await (await fetch(`${origin}/metrics`)).text());
  return find(name) ?? Number.NaN;
}

async function endOf(child: ChildProcess): Promise<readonly unknown[]> {
  if (child.exitCode !== null || child.signalCode !== null) return [child.exitCode, child.signalCode];
  return once(child, 'exit');
}

/** The lines of a log, each of which must be whole. */
// biome-ignore lint/suspicious/noExplicitAny: the fields of a line are up to what it tells
function parse(text: string): readonly any[] {
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('while nothing reads its log', () => {
  test.each([
    ['a pipe', (): StdioOptions => ['ignore', fifo.writer, fifo.writer], false],
    ['a pipe that other processes write to', (): StdioOptions => ['ignore', fifo.writer, fifo.writer], true],
    // With Node at the other end it is a socket, of which nothing is read before somebody listens to it.
    ['a socket', (): StdioOptions => ['ignore', 'pipe', 'pipe'], false],
  ])('%s, it answers, keeps little of the log, and ends with code 0 on SIGTERM', async (_what, stdio, isShared) => {
    const child = await start(stdio());
    // It comes with a pipe whose writers wait, and this holds for all that have it open.
    if (isShared) await once(spawn('true', { stdio: stdio() }), 'exit');
    await ask(many);
    const dropped = await measure('tickql_log_lines_dropped_total');
    expect(dropped).toBeGreaterThan(many / 2);
    await ask(many);
    expect(await measure('tickql_log_lines_dropped_total')).toBeGreaterThanOrEqual(dropped + many);
    child.kill('SIGTERM');
    expect(await endOf(child)).toEqual([0, null]);
  });

  test('a second signal ends it at once', async () => {
    const child = await start(['ignore', fifo.writer, fifo.writer]);
    await ask(some);
    child.kill('SIGTERM');
    await eventually(async () => (await statusOf('/ready')) === 503);
    child.kill('SIGINT');
    expect(await endOf(child)).toEqual([null, 'SIGINT']);
  });

  test('an error that nobody handles ends it with code 1', async () => {
    const code = "process.on('SIGUSR2', () => { throw new Error('no'); });";
    const child = await startWith(code, ['ignore', fifo.writer, fifo.writer]);
    await ask(some);
    child.kill('SIGUSR2');
    expect(await endOf(child)).toEqual([1, null]);
  });

  test('a wrong setting ends it with code 1', async () => {
    fifo.fill();
    const env = { PATH: process.env.PATH, PORT: '70000' };
    const child = spawn(process.execPath, [main], { env, stdio: ['ignore', fifo.writer, fifo.writer] });
    children.push(child);
    expect(await endOf(child)).toEqual([1, null]);
  });

  // biome-ignore format: one condition
  test.skipIf(!existsSync(script) && !process.env.CI)('a terminal that is stopped is no different', async () => {
    // A process that stops reads no more of its terminal than one after Ctrl-S.
    const terminal = await start('ignore', script, ['-qec', `exec ${process.execPath} ${main}`, '/dev/null']);
    const [pid = ''] = readFileSync(`/proc/${terminal.pid}/task/${terminal.pid}/children`, 'utf8').split(' ');
    terminal.kill('SIGSTOP');
    await ask(many);
    expect(await measure('tickql_log_lines_dropped_total')).toBeGreaterThan(many / 2);
    process.kill(Number(pid), 'SIGTERM');
    // Its parent cannot bury it.
    await eventually(() => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '), 15_000);
    terminal.kill('SIGCONT');
    expect(await endOf(terminal)).toEqual([0, null]);
  });
});

test('a reader that comes back finds each line whole, in order, and how many are missing where', async () => {
  const child = await start(['ignore', fifo.writer, 'inherit']);
  await ask(many);
  const dropped = await measure('tickql_log_lines_dropped_total');
  let text = '';
  const readUntil = (wanted: string): Promise<void> =>
    eventually(() => {
      text += fifo.read();
      return text.includes(wanted) && text.endsWith('\n');
    });
  await readUntil('"dropped":');
  child.kill('SIGTERM');
  await readUntil('SIGTERM: stopping');
  await endOf(child);
  text += fifo.read();
  const lines = parse(text);
  const times = lines.map(({ time }) => time);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  const place = lines.findIndex((line) => line.dropped !== undefined);
  expect(lines[place]).toMatchObject({ level: 50, dropped: expect.any(Number) });
  expect(lines[place].dropped).toBeGreaterThanOrEqual(dropped);
  const asked = lines.filter((line) => line.path === '/graphql');
  expect(asked.length + lines[place].dropped).toBeGreaterThanOrEqual(many);
  expect(lines.slice(place + 1).map(({ msg }) => msg)).toContain('SIGTERM: stopping');
});

test('what is read as it comes is complete when the process ends', async () => {
  const child = await start(['ignore', 'pipe', 'inherit']);
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += String(chunk);
  });
  await ask(some);
  child.kill('SIGTERM');
  await once(child, 'close');
  const lines = parse(text);
  expect(lines.filter((line) => line.path === '/graphql')).toHaveLength(some);
  expect(lines.some((line) => line.dropped !== undefined)).toBe(false);
  expect(lines.some(({ msg }) => msg === 'SIGTERM: stopping')).toBe(true);
});

test('a reader that has gone does not end it, and another one finds what was kept', async () => {
  const child = await start(['ignore', fifo.writer, fifo.writer]);
  await eventually(() => fifo.read().includes('TickQL is ready'));
  fifo.leave();
  expect(await statusOf('/graphql?query={__typename}')).toBe(200);
  expect(await statusOf('/ready')).toBe(200);
  fifo.comeBack();
  let text = '';
  await eventually(() => {
    text += fifo.read();
    return text.includes('"path":"/graphql"');
  });
  fifo.leave();
  child.kill('SIGTERM');
  expect(await endOf(child)).toEqual([0, null]);
});

test('as in `npm start 2>&1 | head -1`, it goes on when its reader has read enough, though libraries print', async () => {
  const child = await startWith("process.on('SIGUSR2', () => { console.log('out'); console.error('err'); });");
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.kill('SIGUSR2');
  await ask(some);
  child.kill('SIGUSR2');
  await ask(some);
  child.kill('SIGTERM');
  expect(await endOf(child)).toEqual([0, null]);
});
