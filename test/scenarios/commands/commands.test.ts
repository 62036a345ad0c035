import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  builtCommand,
  type ProgramOptions,
  type ProgramResult,
  runProgram,
  startProgram,
} from '../../support/programs/run-program.ts';
import { eventually } from '../../support/socket-client.ts';

const script = '/usr/bin/script';

const tickql = (args: readonly string[], options?: ProgramOptions): Promise<ProgramResult> =>
  runProgram([...builtCommand, ...args], options);

const last = '{ ticker(exchange: "sim", symbol: "BTC/USDT") { last exchange { simulated } } }';

describe('help and version', () => {
  test('--version is the version of package.json', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    expect(await tickql(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each([[['--help']], [['-h']], [['help']]])('%j lists the commands', async (args) => {
    const { code, stdout } = await tickql(args);
    expect(code).toBe(0);
    for (const name of ['query', 'watch', 'mcp', 'schema', '--version', 'PORT=8080']) expect(stdout).toContain(name);
  });

  test.each([[['help', 'query']], [['query', '--help']]])('%j explains the command', async (args) => {
    const { code, stdout } = await tickql(args);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Usage: tickql query .*--variables/)]);
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(105);
  });

  test.each([
    [['qery', '{ x }'], 'There is no command qery. Did you mean query?'],
    [['serve-it-to-me'], 'There is no command serve-it-to-me. The commands are query, watch, mcp,'],
    [['--prot'], 'There is no option --prot. Settings are environment variables, as in PORT=8080 tickql.'],
    [['help', 'wach'], 'There is no command wach. Did you mean watch?'],
    [['query'], "query needs a query, for example '{ exchanges { id } }'"],
    [['query', '{', 'exchanges'], 'query takes one query, but 2 were given'],
    [['query', '{ x }', '--variables', '[1]'], '--variables must be a JSON object'],
    [['query', '{ x }', '--variable', '{}'], 'There is no option --variable. Did you mean --variables?'],
    [['query', 'subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { last } }'], 'use tickql watch'],
    [['query', 'mutation { x }'], 'this is a mutation: TickQL has none.'],
    [['watch', 'sim'], 'watch needs an exchange and at least one symbol'],
    [['watch', 'BTC/USDT', 'sim'], 'BTC/USDT is not an exchange: watch takes the exchange first'],
    [['version'], 'There is no command version. Did you mean --version?'],
    [['PORT=8080'], 'PORT=8080 is not a command: settings are environment variables, as in PORT=8080 tickql.'],
    [['schema', 'all'], 'This command takes no arguments, but was given all.'],
  ])('%j is wrong usage: code 2 and a sentence on standard error', async (args, sentence) => {
    const { code, stdout, stderr } = await tickql(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test.each([
    [['query'], 'tickql help query'],
    [['watch', 'sim', 'BTC/USDT', '--every', '1'], 'tickql help watch'],
    [['help', 'wach'], 'tickql --help'],
    [['qery'], 'tickql --help'],
  ])('after the wrong usage %j, the sentence names %s', async (args, help) => {
    const { stderr } = await tickql(args);
    expect(stderr.endsWith(` See ${help}.\n`)).toBe(true);
    expect((await tickql(help.split(' ').slice(1))).code).toBe(0);
  });

  test('a wrong setting is code 1, with the sentence of the server', async () => {
    const { code, stderr } = await tickql(['query', last], { env: { LINGER_MS: 'x' } });
    expect([code, stderr]).toEqual([1, 'tickql: LINGER_MS is "x"; it must be a whole number from 0 to 86400000.\n']);
  });
});

describe('query', () => {
  test('prints the data as one line of JSON, and nothing else', async () => {
    const { code, stdout, stderr } = await tickql(['query', last]);
    expect({ code, stderr, lines: stdout.split('\n').length }).toEqual({ code: 0, stderr: '', lines: 2 });
    expect(JSON.parse(stdout)).toEqual({
      data: { ticker: { last: expect.any(Number), exchange: { simulated: true } } },
    });
  });

  test('reads the query from standard input, with variables and the name of the operation', async () => {
    const input = 'query A($id: ID!) { exchange(id: $id) { name } } query B { exchanges { id } }';
    const args = ['query', '-', '--variables', '{"id":"sim"}', '--operation', 'A'];
    const { code, stdout } = await tickql(args, { input });
    expect([code, JSON.parse(stdout)]).toEqual([0, { data: { exchange: { name: expect.any(String) } } }]);
  });

  test.each([
    ['{ nope }', 'BAD_USER_INPUT'],
    ['{ exchanges {', 'BAD_USER_INPUT'],
    ['{ ticker(exchange: "sim", symbol: "NO/PE") { last } }', 'SYMBOL_NOT_FOUND'],
  ])('%s is answered with errors: code 1', async (query, errorCode) => {
    const { code, stdout } = await tickql(['query', query]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).errors[0].extensions.code).toBe(errorCode);
  });

  test('the settings apply, and a warning goes to standard error, unless LOG_LEVEL says otherwise', async () => {
    const env = { EXCHANGES: 'sim', API_KEYS: 'short' };
    const { stdout, stderr } = await tickql(['query', '{ exchanges { id } }'], { env });
    expect(JSON.parse(stdout)).toEqual({ data: { exchanges: [{ id: 'sim' }] } });
    expect(JSON.parse(stderr)).toMatchObject({ level: 40, msg: expect.stringContaining('API_KEYS') });
    const quiet = await tickql(['query', '{ exchanges { id } }'], { env: { ...env, LOG_LEVEL: 'error' } });
    expect(quiet).toEqual({ code: 0, stdout, stderr: '' });
  });

  test('a reader that leaves early is no error', async () => {
    const command = [...builtCommand, 'query', "'{ exchanges { id name } }'"].join(' ');
    expect(await runProgram(['/bin/sh', '-c', `${command} | true`])).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

test('schema prints the schema', async () => {
  const { code, stdout } = await tickql(['schema']);
  expect(code).toBe(0);
  expect(stdout.trim()).toBe(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8').trim());
});

describe('mcp', () => {
  const conversation = [
    {
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
    },
    { method: 'notifications/initialized' },
    { id: 2, method: 'tools/list' },
    { id: 3, method: 'tools/call', params: { name: 'get_ticker', arguments: { exchange: 'sim', symbol: 'BTC-USDT' } } },
  ];
  const input = conversation.map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`).join('');

  test('answers an agent over standard input and output, and ends with its input', async () => {
    const { code, stdout, stderr } = await tickql(['mcp'], { input });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers.map(({ id }) => id).sort()).toEqual([1, 2, 3]);
    expect(answers.find(({ id }) => id === 2).result.tools.length).toBeGreaterThan(5);
    expect(answers.find(({ id }) => id === 3).result).toMatchObject({ structuredContent: expect.any(Object) });
  });

  test('Ctrl-C ends it with code 0, although its input is open', async () => {
    const program = startProgram([...builtCommand, 'mcp'], { input, keepsInputOpen: true });
    await eventually(() => program.stdout.includes('structuredContent'));
    program.child.kill('SIGINT');
    expect((await program.ended).code).toBe(0);
  });
});

describe('watch', () => {
  test('writes one line per change into a pipe, and Ctrl-C ends it with code 0', async () => {
    const program = startProgram([...builtCommand, 'watch', 'sim', 'BTC-USDT', 'ETH/USDT']);
    await eventually(() => program.stdout.split('\n').length > 6);
    program.child.kill('SIGINT');
    const { code, stdout, stderr } = await program.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const line =
      /^\d{4}-\d\d-\d\dT[\d:.]+Z {2}sim {2}(BTC|ETH)\/USDT {2}[\d,.]+ {2}[+-][\d.]+% {2}[\d,.]+ \/ [\d,.]+ {2}\d+\.\d s {2}(fetch|stream|poll) {2}made up$/;
    for (const each of stdout.trimEnd().split('\n')) expect(each).toMatch(line);
    expect(stdout).toContain('ETH/USDT');
  });

  test('a reader that leaves, as head does, ends it with code 0', async () => {
    const command = [...builtCommand, 'watch', 'sim', 'BTC/USDT'].join(' ');
    const { code, stdout, stderr } = await runProgram(['/bin/bash', '-c', `set -o pipefail; ${command} | head -n 2`]);
    expect({ code, stderr, lines: stdout.split('\n').length }).toEqual({ code: 0, stderr: '', lines: 3 });
  });

  test.each([
    ['smi BTC/USDT', 'tickql: There is no exchange "smi"; tickql query \'{ exchanges { id } }\' lists all ids.\n'],
    ['krakn BTC/USD', 'tickql: There is no exchange "krakn"; did you mean kraken?\n'],
    ['sim BTC/USDT NOPE/USDT', 'tickql: sim has no market NOPE/USDT; did you mean DOGE/USDT?\n'],
  ])('%s cannot be watched: code 1 and a sentence', async (args, stderr) => {
    expect(await tickql(['watch', ...args.split(' ')])).toEqual({ code: 1, stdout: '', stderr });
  });

  // biome-ignore format: one condition
  test.skipIf(!existsSync(script) && !process.env.CI)('rewrites its lines on a terminal', async () => {
    const command = [...builtCommand, 'watch', 'sim', 'BTC/USDT'].join(' ');
    // The shell waits for its command, which the terminal interrupts together with it.
    const inTerminal = `trap : INT; stty cols 100 rows 24; ${command}; echo "code $?"`;
    const program = startProgram([script, '-qec', inTerminal, '/dev/null'], { keepsInputOpen: true });
    const rewritten = /\[1A\r.\[2Ksim {2}BTC\/USDT {2}[\d,.]+ .* made up\r\n/;
    await eventually(() => rewritten.test(program.stdout));
    expect(program.stdout).toContain('sim  BTC/USDT  waiting');
    // Ctrl-C.
    program.child.stdin.write('\u0003');
    await eventually(() => program.stdout.includes('code 0'));
    program.child.stdin.end();
    await program.ended;
  });

  // biome-ignore format: one condition
  test.skipIf(!existsSync(script) && !process.env.CI)('writes plain lines on a terminal that is dumb', async () => {
    const command = [...builtCommand, 'watch', 'sim', 'BTC/USDT'].join(' ');
    const inTerminal = `trap : INT; TERM=dumb ${command}; echo "code $?"`;
    const program = startProgram([script, '-qec', inTerminal, '/dev/null'], { keepsInputOpen: true });
    await eventually(() => / made up\r\n/.test(program.stdout), 15_000);
    expect(program.stdout).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z {2}sim {2}BTC\/USDT {2}/);
    // Ctrl-C.
    program.child.stdin.write('\u0003');
    await eventually(() => program.stdout.includes('code 0'));
    expect(program.stdout).not.toContain('\u001b');
    program.child.stdin.end();
    await program.ended;
  });
});
