// Adds to the built project what only the package needs: dist/index.d.ts, the types of the API, and npm-shrinkwrap.json, the
// versions with which the tests have run. `npm pack` and `npm publish` call it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toShrinkwrap } from './shrinkwrap.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** The types of src/index.ts, which names no other file in them, so that this one file is enough. */
function writeTypes(): void {
  const folder = mkdtempSync(join(tmpdir(), 'tickql-types-'));
  try {
    const options = ['--declaration', '--emitDeclarationOnly', '--outDir', folder];
    const args = ['-p', 'tsconfig.build.json', ...options];
    const { status, error } = spawnSync(join(root, 'node_modules/.bin/tsc'), args, { cwd: root, stdio: 'inherit' });
    if (error) throw error;
    if (status !== 0) throw new Error('the types could not be written');
    const types = readFileSync(join(folder, 'index.d.ts'), 'utf8');
    if (/\bfrom ['"]|import\(/.test(types)) throw new Error('src/index.ts names other files in its types');
    copyFileSync(join(folder, 'index.d.ts'), join(root, 'dist/index.d.ts'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

writeTypes();
const lock: unknown = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
writeFileSync(join(root, 'npm-shrinkwrap.json'), `${JSON.stringify(toShrinkwrap(lock), null, 2)}\n`);
