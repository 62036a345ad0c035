import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What a checkout has, as far as packing could read it. */
const copied = [
  'src',
  'scripts',
  'web',
  'test/support',
  'docs',
  'schema.graphql',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
];

const packedFiles = z.tuple([z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })]);

export interface Packed {
  readonly folder: string;
  readonly tarball: string;
  /** The paths in the tarball. */
  readonly files: readonly string[];
}

/**
 * Packs a copy of the project, because packing builds it anew, and other tests run what is built. The copy has left-overs
 * that must not be packed.
 */
export function pack(): Packed {
  const folder = mkdtempSync(join(tmpdir(), 'tickql-package-'));
  const project = join(folder, 'project');
  const settings = readdirSync(root).filter((name) => /^(package|tsconfig).*\.json$/.test(name));
  for (const name of [...copied, ...settings]) cpSync(join(root, name), join(project, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
  mkdirSync(join(project, 'dist/bench/dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(project, 'dist/bench/left-over.js'));
  const run = spawnSync('npm', ['pack', '--json', '--foreground-scripts=false'], { cwd: project, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`npm pack has failed: ${run.stderr}`);
  const [{ filename, files }] = packedFiles.parse(JSON.parse(run.stdout.slice(run.stdout.indexOf('['))));
  if (readdirSync(project).includes('npm-shrinkwrap.json')) throw new Error('npm-shrinkwrap.json was left behind');
  return { folder, tarball: join(project, filename), files: files.map(({ path }) => path) };
}

export function readManifest(): { readonly name: string; readonly version: string } & Record<string, unknown> {
  const manifest = z.looseObject({ name: z.string(), version: z.string() });
  return manifest.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
}
