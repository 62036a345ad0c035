// Copies what the server reads, apart from its code, to dist/bench, where the benches run: `npm run build:bench`.
import { cpSync } from 'node:fs';

const names = [
  'package.json',
  'dist/catalogue.json',
  'dist/graphiql.html.gz',
  'dist/graphiql.script-hash',
  'dist/page',
] as const;

const root = new URL('../', import.meta.url);
for (const name of names) cpSync(new URL(name, root), new URL(`dist/bench/${name}`, root), { recursive: true });
