import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

const compilerOptions = {
  target: 'es2023',
  lib: ['es2023', 'dom'],
  module: 'esnext',
  moduleResolution: 'bundler',
  resolveJsonModule: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  types: [],
};

/** What the TypeScript compiler says about files of a folder: nothing where all is well. With `outDir` it writes them. */
export function checkTypes(folder: string, files: readonly string[], outDir?: string): Promise<string> {
  const output = outDir === undefined ? { noEmit: true } : { outDir };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, ...output }, files }),
  );
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, '-p', folder], (_error, stdout, stderr) => resolve(stdout + stderr));
  });
}
