import { type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseExposition } from '../../support/exposition.ts';
import { Fifo } from '../../support/programs/log-readers.ts';
import { findFreePort } from '../../support/programs/loopback-program.ts';
import { type BuiltServerOptions, runBuilt } from '../../support/server/built-server.ts';
import { type BuiltServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';

// Each starts a process, and most send it thousands of requests.
vi.setConfig({ testTimeout: 60_000 });

/** util-linux's, which runs a program in a terminal. */
const script = '/usr/bin/script';

/** Each is a line of the log: together more than a pipe holds, and several times what a process keeps. */
const [some, many] = [1500, 12_000];

let fifo: Fifo;
let server: BuiltServer | null = null;

beforeEach(() => {
  fifo = new Fifo();
});

afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = null;
  fifo.close();
});

/** Starts the built server, which then logs a line at debug for each request. */
async function start(options: Pick<BuiltServerOptions, 'stdio' | 'preload' | 'toCommand'>): Promise<BuiltServer> {
  const PORT = String(await findFreePort());
  server = await startServer({ built: { env: { PORT, LOG_LEVEL: 'debug', TERM: 'xterm' }, ...options } });
  return server;
}

/** Null while the server does not listen. */
async function statusOf({ origin }: BuiltServer, path: string): Promise<number | null> {
  const response = await fetch(origin + path).catch(() => null);
  return response?.status ?? null;
}

/** Sends this number of requests; each must be answered. */
async function ask({ url }: BuiltServer, amount: number): Promise<void> {
  const { '2xx': answered } = await autocannon({ url: `${url}?query={__typename}`, amount, connections: 10 });
  expect(answered).toBe(amount);
}

async function measure({ origin }: BuiltServer, name: string): Promise<number> {
  const { find } = parseExposition(await (await fetch(`${origin}/metrics`)).text());
  return find(name) ?? Number.NaN;
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
  ])(
    '%s, the server answers, keeps little of the log, and ends with code 0 on SIGTERM',
    async (_what, stdio, isShared) => {
      const built = await start({ stdio: stdio() });
      // It comes with a pipe whose writers wait, and this holds for all that have it open.
      if (isShared) await once(spawn('true', { stdio: stdio() }), 'exit');
      await ask(built, many);
      const dropped = await measure(built, 'tickql_log_lines_dropped_total');
      expect(dropped).toBeGreaterThan(many / 2);
      await ask(built, many);
      expect(await measure(built, 'tickql_log_lines_dropped_total')).toBeGreaterThanOrEqual(dropped + many);
      built.child.kill('SIGTERM');
      expect(await built.ended).toEqual([0, null]);
    },
  );

  test('a second signal ends it at once', async () => {
    const built = await start({ stdio: ['ignore', fifo.writer, fifo.writer] });
    await ask(built, some);
    built.child.kill('SIGTERM');
    await eventually(async () => (await statusOf(built, '/ready')) === 503);
    built.child.kill('SIGINT');
    expect(await built.ended).toEqual([null, 'SIGINT']);
  });

  test('an unhandled error ends it with code 1', async () => {
    const preload = "process.on('SIGUSR2', () => { throw new Error('no'); });";
    const built = await start({ preload, stdio: ['ignore', fifo.writer, fifo.writer] });
    await ask(built, some);
    built.child.kill('SIGUSR2');
    expect(await built.ended).toEqual([1, null]);
  });

  test('an invalid setting ends it with code 1', async () => {
    fifo.fill();
    await using built = runBuilt({ env: { PORT: '70000' }, stdio: ['ignore', fifo.writer, fifo.writer] });
    expect(await built.ended).toEqual([1, null]);
  });

  // biome-ignore format: one condition
  test.skipIf(!existsSync(script) && !process.env.CI)('the same holds for a stopped terminal', async () => {
    // A process that stops reads no more of its terminal than one after Ctrl-S.
    const built = await start({
      stdio: 'ignore',
      toCommand: (program) => [script, '-qec', `exec ${program.join(' ')}`, '/dev/null'],
    });
    const { child: terminal } = built;
    const [pid = ''] = readFileSync(`/proc/${terminal.pid}/task/${terminal.pid}/children`, 'utf8').split(' ');
    terminal.kill('SIGSTOP');
    await ask(built, many);
    expect(await measure(built, 'tickql_log_lines_dropped_total')).toBeGreaterThan(many / 2);
    process.kill(Number(pid), 'SIGTERM');
    // Its parent cannot bury it.
    await eventually(() => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '));
    terminal.kill('SIGCONT');
    expect(await built.ended).toEqual([0, null]);
  });
});

test('a reader that returns finds complete lines in order, and the number of missing lines at their place', async () => {
  const built = await start({ stdio: ['ignore', fifo.writer, 'inherit'] });
  await ask(built, many);
  const dropped = await measure(built, 'tickql_log_lines_dropped_total');
  let text = '';
  const readUntil = (wanted: string): Promise<void> =>
    eventually(() => {
      text += fifo.read();
      return text.includes(wanted) && text.endsWith('\n');
    });
  await readUntil('"dropped":');
  built.child.kill('SIGTERM');
  await readUntil('SIGTERM: stopping');
  await built.ended;
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

test('a reader that keeps up has every line when the process ends', async () => {
  const built = await start({ stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  built.child.stdout?.on('data', (chunk) => {
    text += String(chunk);
  });
  await ask(built, some);
  built.child.kill('SIGTERM');
  await once(built.child, 'close');
  const lines = parse(text);
  expect(lines.filter((line) => line.path === '/graphql')).toHaveLength(some);
  expect(lines.some((line) => line.dropped !== undefined)).toBe(false);
  expect(lines.some(({ msg }) => msg === 'SIGTERM: stopping')).toBe(true);
});

test('a reader that has gone does not end the process, and another reader finds the kept lines', async () => {
  const built = await start({ stdio: ['ignore', fifo.writer, fifo.writer] });
  await eventually(() => fifo.read().includes('TickQL is ready'));
  fifo.leave();
  expect(await statusOf(built, '/graphql?query={__typename}')).toBe(200);
  expect(await statusOf(built, '/ready')).toBe(200);
  fifo.comeBack();
  let text = '';
  await eventually(() => {
    text += fifo.read();
    return text.includes('"path":"/graphql"');
  });
  fifo.leave();
  built.child.kill('SIGTERM');
  expect(await built.ended).toEqual([0, null]);
});

test('as in `npm start 2>&1 | head -1`, the process continues after its reader has ended, even if libraries print', async () => {
  const preload = "process.on('SIGUSR2', () => { console.log('out'); console.error('err'); });";
  const built = await start({ preload, stdio: ['ignore', 'pipe', 'pipe'] });
  built.child.stdout?.destroy();
  built.child.stderr?.destroy();
  built.child.kill('SIGUSR2');
  await ask(built, some);
  built.child.kill('SIGUSR2');
  await ask(built, some);
  built.child.kill('SIGTERM');
  expect(await built.ended).toEqual([0, null]);
});
