import { type DocumentNode, TokenKind } from 'graphql';

// Measured with graphql-js 16.15 and graphql-jit 0.8.9 on Node 20: parsed documents keep 300 to 500 bytes a token, their
// positions included; compiled ones keep some 600 bytes a token more, and beyond a certain size they are not compiled.
const bytesPerDocument = 2000;
const parsedBytesPerToken = 500;
const compiledBytesPerDocument = 6000;
const compiledBytesPerToken = 600;
const maxCompiledBytes = 360_000;

/** What is selected of an interface is compiled for each of its types, and the field `node` is the only one that has one. */
const compiledBytesPerNode = 20_000;

/** About how many bytes of memory a document keeps. */
export interface DocumentBytes {
  /** Parsed, with its text. */
  readonly parsed: number;
  /** What comes on top once it is compiled. */
  readonly compiled: number;
}

/** About how much memory a parsed document keeps. */
export function toDocumentBytes({ loc }: DocumentNode): DocumentBytes {
  let tokens = 0;
  let nodes = 0;
  for (let token = loc?.startToken ?? null; token; token = token.next) {
    tokens += 1;
    if (token.value === 'node' && token.next?.kind === TokenKind.PAREN_L) nodes += 1;
  }
  // A string takes up to two bytes a character.
  const textBytes = 2 * (loc?.source.body.length ?? 0);
  return {
    parsed: bytesPerDocument + parsedBytesPerToken * tokens + textBytes,
    compiled: Math.min(
      compiledBytesPerDocument + compiledBytesPerToken * tokens + compiledBytesPerNode * nodes,
      maxCompiledBytes,
    ),
  };
}

/** As they came, as resolvers have them, and as what tells one group of subscribers from another. */
const bytesPerVariableCharacter = 6;

/** The latest answer, the topics that it listens to, and what waits to be sent. */
const bytesPerCost = 30;

/**
 * About how much memory an open subscription keeps besides its document, in bytes: by the length of its variables as JSON
 * and by its cost, which counts the markets and the fields of the answer.
 */
export function toSubscriptionBytes(variablesLength: number, cost: number): number {
  return bytesPerVariableCharacter * variablesLength + bytesPerCost * cost;
}
