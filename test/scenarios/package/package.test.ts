import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toShrinkwrap } from '../../../scripts/shrinkwrap.ts';
import {
  type ProgramOptions,
  type ProgramResult,
  runProgram,
  startProgram,
} from '../../support/programs/run-program.ts';
import { type StandInRegistry, startStandInRegistry } from '../../support/programs/stand-in-registry.ts';
import { eventually } from '../../support/socket-client.ts';
import { type Packed, pack, readManifest } from './packed.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

let packed: Packed;

beforeAll(() => {
  packed = pack();
}, 300_000);

afterAll(() => rmSync(packed.folder, { recursive: true, force: true }));

test('the tarball has what runs, the schema, the types and the texts, and nothing else', () => {
  const expected = [
    /^dist\/(?!page\/)(?:[\w-]+\/)*[\w-]+\.js$/,
    /^dist\/(?:catalogue\.json|graphiql\.html\.gz|graphiql\.LICENSE|graphiql\.script-hash|index\.d\.ts)$/,
    /^dist\/page\/(?:assets\/[\w-]+\.(?:js|css)|icon\.svg|index\.html|licenses\.txt)(?:\.br|\.gz)?$/,
    /^(?:package\.json|npm-shrinkwrap\.json|schema\.graphql|README\.md|LICENSE|CHANGELOG\.md)$/,
  ];
  expect(packed.files.filter((path) => !expected.some((pattern) => pattern.test(path)))).toEqual([]);
  expect(packed.files.filter((path) => /^dist\/(?:bench|test)\//.test(path))).toEqual([]);
  for (const path of ['dist/main.js', 'dist/index.js', 'dist/index.d.ts', 'dist/catalogue.json', 'npm-shrinkwrap.json'])
    expect(packed.files).toContain(path);
  expect(packed.files).toContain('dist/graphiql.html.gz');
  // The page is a copy of code that others wrote.
  expect(packed.files).toContain('dist/graphiql.LICENSE');
  expect(packed.files).toContain('dist/page/licenses.txt');
  for (const name of ['index.html', 'index.html.br', 'index.html.gz'])
    expect(packed.files).toContain(`dist/page/${name}`);
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const modules = sources.filter((name) => name.endsWith('.ts')).map((name) => `dist/${name.replace(/\.ts$/, '.js')}`);
  expect(packed.files.filter((path) => /^(?!dist\/page\/).*\.js$/.test(path)).sort()).toEqual(modules.sort());
});

/** Installs the package as from a registry, with the packages in npm's cache where it has them. */
async function install(folder: string): Promise<string | null> {
  const { stdout } = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' });
  const options = { manifest: readManifest(), tarball: readFileSync(packed.tarball), upstream: stdout.trim() };
  const registry: StandInRegistry = await startStandInRegistry(options);
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const cache = ['--prefer-offline', '--no-audit', '--no-fund', '--fetch-retries=0'];
    const command = ['npm', 'install', 'tickql', `--registry=${registry.url}`, ...cache];
    const { code, stderr } = await runProgram(command, { cwd: folder, env: proxies() });
    return code === 0 ? null : stderr;
  } finally {
    registry.close();
  }
}

/** How npm reaches the registry here. */
function proxies(): Record<string, string> {
  const names = Object.entries(process.env).filter(([name]) => /proxy|^npm_config_|^NODE_EXTRA_CA/i.test(name));
  return Object.fromEntries(names.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, { size }) => sum + size, 0);
}

describe('installed in an empty folder', () => {
  let folder: string;
  let problem: string | null = null;
  const tickql = (args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> =>
    runProgram(['npx', 'tickql', ...args], { cwd: folder, ...options });

  beforeAll(async () => {
    folder = join(packed.folder, 'installed');
    problem = await install(folder);
    if (problem === null) return;
    if (process.env.CI) throw new Error(problem);
    process.stderr.write(
      `The package is not installed and so not tested: neither npm's cache nor a registry has all.\n`,
    );
  }, 300_000);

  /** A test that is skipped without a registry. */
  const installed = (name: string, run: () => Promise<void>): void =>
    test(name, async ({ skip }) => {
      if (problem !== null) skip();
      await run();
    });

  installed(
    'every package has the version that was tested, no more and no fewer, and npm finds nothing wrong',
    async () => {
      const { packages } = JSON.parse(
        JSON.stringify(toShrinkwrap(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))),
      );
      for (const [path, { version, optional }] of Object.entries<{ version: string; optional?: boolean }>(packages)) {
        if (path === '') continue;
        const file = join(folder, 'node_modules/tickql', path, 'package.json');
        if (optional && !existsSync(file)) continue;
        expect([path, JSON.parse(readFileSync(file, 'utf8')).version]).toEqual([path, version]);
      }
      expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['tickql']);
      const { code, stdout, stderr } = await runProgram(['npm', 'ls', '--all'], { cwd: folder });
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).not.toMatch(/invalid|extraneous|missing|UNMET (?!OPTIONAL)/);
      expect(sizeOf(join(folder, 'node_modules'))).toBeLessThan(180 * 1024 * 1024);
    },
  );

  installed('--help and --version', async () => {
    expect((await tickql(['--version'])).stdout).toBe(`${readManifest().version}\n`);
    const { code, stdout } = await tickql(['--help']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('tickql <command>')]);
  });

  installed('query: data, variables from the command, and errors', async () => {
    const query = 'query Q($symbol: String!) { ticker(exchange: "sim", symbol: $symbol) { symbol } }';
    const good = await tickql(['query', '-', '--variables', '{"symbol":"BTC/USDT"}'], { input: query });
    expect([good.code, JSON.parse(good.stdout)]).toEqual([0, { data: { ticker: { symbol: 'BTC/USDT' } } }]);
    const bad = await tickql(['query', '{ nope }']);
    expect([bad.code, JSON.parse(bad.stdout).errors.length]).toEqual([1, 1]);
  });

  installed('watch, into a pipe', async () => {
    const command = 'set -o pipefail; npx tickql watch sim BTC/USDT | head -n 2';
    const { code, stdout } = await runProgram(['/bin/bash', '-c', command], { cwd: folder });
    expect([code, stdout.trim().split('\n').length]).toEqual([0, 2]);
  });

  installed('mcp: an agent lists the tools', async () => {
    const client = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
    const messages = [
      { id: 1, method: 'initialize', params: client },
      { method: 'notifications/initialized' },
      { id: 2, method: 'tools/list' },
    ];
    const input = messages.map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`).join('');
    const { code, stdout } = await tickql(['mcp'], { input });
    expect([code, stdout]).toEqual([0, expect.stringContaining('inputSchema')]);
  });

  installed('without arguments it is the server, with GraphiQL', async () => {
    // Not npx, which passes no signal to the server.
    const command = [process.execPath, 'node_modules/.bin/tickql'];
    const server = startProgram(command, { cwd: folder, env: { PORT: '0' } });
    try {
      await eventually(() => /is ready/.test(server.stdout));
      const [, url = ''] = /GraphiQL: (\S+)/.exec(server.stdout) ?? [];
      const query = encodeURIComponent('{ exchange(id: "sim") { id } }');
      expect(await (await fetch(`${url}?query=${query}`)).json()).toEqual({ data: { exchange: { id: 'sim' } } });
      const page = await fetch(url, { headers: { accept: 'text/html' } });
      expect((await page.text()).includes('<!doctype html>')).toBe(true);
      expect(await (await fetch(new URL('/', url))).text()).toContain('<title>TickQL</title>');
    } finally {
      server.child.kill('SIGTERM');
    }
    expect((await server.ended).code).toBe(0);
  });

  installed('a TypeScript program starts a server with startServer', async () => {
    const program = `import { startServer, type TickQLServer } from 'tickql';

const server: TickQLServer = await startServer({ ...process.env, PORT: 0, EXCHANGES: 'sim' });
const answer = await fetch(\`\${server.url}/graphql?query={exchanges{id}}\`);
console.log(await answer.text());
await server.stop();
// @ts-expect-error: not a setting
startServer({ PROT: 1 }).catch(() => {}).then((other) => other?.stop());
`;
    writeFileSync(join(folder, 'program.ts'), program);
    const options = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
    const types = ['--typeRoots', join(root, 'node_modules/@types')];
    const tsc = await runProgram([join(root, 'node_modules/.bin/tsc'), ...options, ...types, 'program.ts'], {
      cwd: folder,
    });
    expect([tsc.code, tsc.stdout]).toEqual([0, '']);
    const run = await runProgram([process.execPath, 'program.js'], { cwd: folder, env: { SHUTDOWN_DELAY_MS: '0' } });
    expect([run.code, run.stdout]).toEqual([0, '{"data":{"exchanges":[{"id":"sim"}]}}\n']);
  });
});
