// Writes a file next to each .graphql file of the live page: its operations as typed documents for urql. The types come
// from schema.graphql. Run it after a change of either: `npm run codegen`. A test fails if a file is out of date.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as operations from '@graphql-codegen/typescript-operations';
import { buildSchema, parse } from 'graphql';

const scalars = {
  DateTime: { input: 'string | number', output: 'string' },
  ID: 'string',
  OHLCV: 'readonly [timestamp: number, open: number, high: number, low: number, close: number, volume: number]',
  Timeframe: 'string',
  Timestamp: 'number',
};

const root = fileURLToPath(new URL('../', import.meta.url));
const schema = buildSchema(readFileSync(join(root, 'schema.graphql'), 'utf8'));

/** The name and the text of the file for a .graphql file of `web/src`. */
export async function generateTypes(document: string): Promise<{ readonly file: string; readonly text: string }> {
  const filename = `${document}.ts`;
  const location = join(root, 'web/src', document);
  const text = await codegen({
    filename,
    schema: parse('type Query { unused: Int }'),
    schemaAst: schema,
    documents: [{ location, document: parse(readFileSync(location, 'utf8'), { noLocation: true }) }],
    plugins: [{ operations: {} }, { typedDocumentNode: {} }],
    pluginMap: { operations, typedDocumentNode },
    config: {
      scalars,
      useTypeImports: true,
      immutableTypes: true,
      skipTypename: true,
      enumsAsTypes: true,
      dedupeFragments: true,
      avoidOptionals: { field: true, inputValue: false, object: true },
      optimizeDocumentNode: true,
    },
  });
  return {
    file: join(root, 'web/src', filename),
    text: `// Generated from ${document} by \`npm run codegen\`.\n${text}`,
  };
}

/** The .graphql files of the live page, relative to `web/src`. */
export function listDocuments(): readonly string[] {
  return readdirSync(join(root, 'web/src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.graphql'))
    .sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const document of listDocuments()) {
    const { file, text } = await generateTypes(document);
    writeFileSync(file, text);
  }
}
