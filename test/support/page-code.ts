import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// The code of docs/clients.md, as its readers copy it.

/** A block of code between two lines of ```, and the file that its first line or the line before it names. */
interface Block {
  readonly language: string;
  readonly file: string | null;
  readonly code: string;
}

/** A text of the page, and the text that a test puts in its place: the server's address, for example. */
export type Replacements = Readonly<Record<string, string>>;

/** The page's files in a temporary folder. */
export interface PageFolder {
  readonly path: string;
  remove(): void;
}

function readBlocks(): readonly Block[] {
  const page = readFileSync(new URL('../../docs/clients.md', import.meta.url), 'utf8');
  return [...page.matchAll(/(?:^`(\S+)`:\n\n)?^```(\w+)\n([\s\S]*?)^```$/gm)].map(
    ([, name, language = '', code = '']) => ({
      language,
      file: name ?? /^(?:\/\/|#|<!--) (\S+\.\w+)/.exec(code)?.[1] ?? null,
      code,
    }),
  );
}

/**
 * Every text of `replacements` must occur in the code, so that a test never runs against an address other than its own.
 */
function replace(code: string, replacements: Replacements): string {
  let replaced = code;
  for (const [from, to] of Object.entries(replacements)) {
    if (!replaced.includes(from)) throw new Error(`docs/clients.md does not say ${from} where it should:\n${code}`);
    replaced = replaced.replaceAll(from, to);
  }
  return replaced;
}

/** The code of one file. */
export function readPageFile(file: string, replacements: Replacements = {}): string {
  const block = readBlocks().find((each) => each.file === file);
  if (!block) throw new Error(`docs/clients.md has no ${file}`);
  return replace(block.code, replacements);
}

/** The page's blocks of one language that name no file. */
export function readPageBlocks(language: string): readonly string[] {
  return readBlocks()
    .filter((block) => block.language === language && block.file === null)
    .map(({ code }) => code);
}

/** The names of the page's files in one language. */
export function listPageFiles(language: string): readonly string[] {
  return readBlocks().flatMap((block) => (block.language === language && block.file ? [block.file] : []));
}

/** Writes files of the page to a folder where the packages of test/clients can be imported. */
export function writePageFiles(files: Readonly<Record<string, Replacements>>): PageFolder {
  const path = mkdtempSync(join(tmpdir(), 'tickql-page-'));
  symlinkSync(fileURLToPath(new URL('../clients/node_modules', import.meta.url)), join(path, 'node_modules'));
  for (const [file, replacements] of Object.entries(files)) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), readPageFile(file, replacements));
  }
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
