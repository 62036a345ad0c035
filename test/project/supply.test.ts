import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { startServer } from '../support/server.ts';

function read(file: string): string {
  return readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
}

const versions = z.record(z.string(), z.string()).default({});

const manifest = z
  .object({ dependencies: versions, devDependencies: versions, overrides: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(read('package.json')));

const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        version: z.string().optional(),
        license: z.string().optional(),
        dev: z.boolean().default(false),
        resolved: z.string().optional(),
        integrity: z.string().optional(),
        hasInstallScript: z.boolean().default(false),
      }),
    ),
  })
  .parse(JSON.parse(read('package-lock.json')));

/** The lock file's packages by the folder that each is installed in; '' is TickQL itself. */
const packages = Object.entries(lock.packages).filter(([folder]) => folder !== '');

const production = packages.filter(([, { dev }]) => !dev);

const exact = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;

/** Licences that ask for nothing but their text and a name. */
const allowedLicences = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** Production packages that come with an install script, and why none is needed. */
const withInstallScript: Readonly<Record<string, string>> = {
  'node_modules/ccxt': 'prints a greeting',
  'node_modules/bufferutil': 'compiles what it brings compiled, and ws does without',
};

function versionsIn(value: unknown): readonly string[] {
  return typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(versionsIn);
}

test('every dependency is named by an exact version', () => {
  const named = [manifest.dependencies, manifest.devDependencies, manifest.overrides].flatMap(versionsIn);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((version) => !exact.test(version))).toEqual([]);
});

test('every package of the lock file comes from a registry, with the hash of what it is', () => {
  const loose = packages.filter(([, { resolved, integrity }]) => {
    // An address is in it for what comes from elsewhere: from git, from a file.
    return resolved !== undefined || !integrity?.startsWith('sha512-');
  });
  expect(loose.map(([folder]) => folder)).toEqual([]);
});

test('every package in production has a licence that may be passed on', () => {
  expect(production.length).toBeGreaterThan(50);
  const others = production.filter(([, { license = 'none' }]) => !allowedLicences.includes(license));
  expect(others.map(([folder, { license }]) => `${folder}: ${license}`)).toEqual([]);
});

test('every package in the live page comes with the text of its licence, which may be passed on', () => {
  const [packages = '', added = ''] = read('dist/page/licenses.txt').split(/^# Texts that packages above ask for.*$/m);
  const sections = packages.split(/^## /m).slice(1);
  const bundled = sections.map((section) => {
    const [, name = '', license = ''] = /^(\S+) - \S+ \((\S+)\)$/m.exec(section) ?? [];
    return { name, license, hasText: section.trim().includes('\n') };
  });
  expect(bundled.map(({ name }) => name)).toEqual(expect.arrayContaining(['react', 'urql', 'graphql-ws']));
  expect(bundled.filter(({ license }) => !allowedLicences.includes(license))).toEqual([]);
  expect(bundled.filter(({ name, hasText }) => !hasText && !added.includes(`### ${name}\n`))).toEqual([]);
  // Its licence asks for the notice of its repository (README of the package).
  expect(added).toContain('### lightweight-charts\n');
});

test('no package in production needs its install script', () => {
  const scripted = production.filter(([, { hasInstallScript }]) => hasInstallScript).map(([folder]) => folder);
  expect(scripted.sort()).toEqual(Object.keys(withInstallScript).sort());
});

const dockerfile = read('Dockerfile');
const stages = dockerfile.split(/^(?=FROM )/m).slice(1);
const lastStage = stages.at(-1) ?? '';

test('every stage of the image begins with the same release of Node, named down to its minor version', () => {
  const bases = stages.map((stage) => /^FROM (\S+)/.exec(stage)?.[1]);
  expect(new Set(bases).size).toBe(1);
  expect(bases[0]).toMatch(/^node:\d+\.\d+(?:\.\d+)?-[a-z]+-slim$/);
});

test('the image installs from the lock file, without scripts, and leaves behind what only the build needs', () => {
  const installs = dockerfile.match(/npm (?:ci|install|i) .*/g) ?? [];
  expect(installs).toHaveLength(2);
  for (const install of installs) expect(install).toMatch(/^npm ci .*--ignore-scripts/);
  expect(lastStage).not.toMatch(/npm (?:ci|install)/);
  expect(stages.find((stage) => stage.includes('AS modules'))).toContain('--omit=dev');
  expect(lastStage).toMatch(/^COPY --from=modules \S*\/node_modules node_modules$/m);
});

test('the server in the image runs as a user that is not root, and is its first process', () => {
  expect(/^USER (.+)$/m.exec(lastStage)?.[1]).toMatch(/^[1-9]\d*(?::[1-9]\d*)?$/);
  expect(/^CMD (.+)$/m.exec(lastStage)?.[1]).toBe('["node", "dist/main.js"]');
  expect(lastStage).toMatch(/^ENV NODE_ENV=production HOST=0\.0\.0\.0\b/m);
});

test('only what the build reads goes to the builder', () => {
  const lines = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines[0]).toBe('*');
  expect(lines.slice(1).every((line) => /^!(?:src|scripts|web|LICENSE|[\w.-]+\.json)$/.test(line))).toBe(true);
});

test('compose takes away every right that the server does not need, and gives it time to stop', () => {
  const compose = read('compose.yaml');
  for (const line of ['read_only: true', 'cap_drop: [ALL]', "security_opt: ['no-new-privileges:true']"]) {
    expect(compose).toContain(`    ${line}\n`);
  }
  const ports = [...compose.matchAll(/^ {4}ports: \['(.+)'\]$/gm)].map(([, port]) => port);
  expect(ports).toEqual(['127.0.0.1:4000:4000', '127.0.0.1:4080:8080']);
  expect(Number(/stop_grace_period: (\d+)s/.exec(compose)?.[1])).toBeGreaterThanOrEqual(10);
});

function toScript(json: string | undefined): string {
  const parsed = z
    .union([z.tuple([z.literal('node'), z.literal('-e'), z.string()]), z.string()])
    .parse(JSON.parse(json ?? ''));
  return typeof parsed === 'string' ? parsed : parsed[2];
}

test.each([
  ['the image', toScript(/^HEALTHCHECK .*CMD (\[.*\])$/m.exec(lastStage)?.[1])],
  ['compose', toScript(/- ("require.*")$/m.exec(read('compose.yaml'))?.[1])],
])('the health check of %s passes while the server is up, and fails afterwards', async (_of, script) => {
  const running = await startServer();
  const check = async (): Promise<unknown> => {
    const child = spawn(process.execPath, ['-e', script], { env: { PORT: new URL(running.url).port } });
    return (await once(child, 'exit'))[0];
  };
  try {
    expect(await check()).toBe(0);
  } finally {
    await running.stop();
  }
  expect(await check()).toBe(1);
});
