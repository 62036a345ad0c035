import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Step {
  /** The file that the step writes last. */
  readonly output: string;
  readonly inputs: readonly string[];
  readonly command: readonly string[];
}

// Together these do what `npm run build` does, each only when its output is missing or older than its inputs.
const steps: readonly Step[] = [
  {
    output: 'dist/catalogue.json',
    inputs: ['package-lock.json', 'scripts/build-catalogue.ts', 'src/exchange/ccxt', 'src/exchange/sim'],
    command: ['tsx', 'scripts/build-catalogue.ts'],
  },
  {
    output: 'dist/graphiql.script-hash',
    inputs: ['package-lock.json', 'scripts/build-graphiql.ts'],
    command: ['tsx', 'scripts/build-graphiql.ts'],
  },
  {
    output: 'dist/page/licenses.txt.gz',
    inputs: ['package-lock.json', 'scripts/build-page.ts', 'web'],
    command: ['tsx', 'scripts/build-page.ts'],
  },
  {
    output: 'dist/main.js',
    inputs: ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'src'],
    command: ['tsc', '-p', 'tsconfig.build.json'],
  },
];

/** Vitest calls this before all tests, so that one test can be run without a build first. */
export default function setup(): void {
  for (const step of steps) if (isOutdated(step)) run(step);
}

function isOutdated({ output, inputs }: Step): boolean {
  const builtAt = modifiedAt(output);
  return inputs.some((input) => modifiedAt(input) > builtAt);
}

/** The latest time at which the file, or any file below the folder, was modified; 0 if there is none. */
function modifiedAt(path: string): number {
  const full = join(root, path);
  if (!existsSync(full)) return 0;
  const stats = statSync(full);
  if (!stats.isDirectory()) return stats.mtimeMs;
  const files = readdirSync(full, { recursive: true, encoding: 'utf8' });
  return Math.max(stats.mtimeMs, ...files.map((file) => statSync(join(full, file)).mtimeMs));
}

/** A type error does not stop a test run: `npm run check` finds it, and tsc still writes its output. */
function run({ output, command: [program = '', ...args] }: Step): void {
  process.stdout.write(`${output} is missing or outdated: ${program} ${args.join(' ')}\n`);
  const before = modifiedAt(output);
  // Vitest sets NODE_ENV to `test`, with which Vite would take React's development build.
  const env = { ...process.env, NODE_ENV: 'production' };
  const options = { cwd: root, stdio: 'inherit', env } as const;
  const { status, error } = spawnSync(join(root, 'node_modules/.bin', program), args, options);
  if (error) throw error;
  if (status !== 0 && modifiedAt(output) === before) throw new Error(`${output} could not be built`);
}
