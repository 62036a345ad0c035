import { type DocumentNode, TokenKind } from 'graphql';

// Measured with graphql-js 16.15 and graphql-jit 0.8.9 on Node 20: a parsed document uses 300 to 500 bytes per token,
// including positions. A compiled one uses about 600 more bytes per token; documents beyond a certain size are not compiled.
const bytesPerDocument = 2000;
const parsedBytesPerToken = 500;
const compiledBytesPerDocument = 6000;
const compiledBytesPerToken = 600;
const maxCompiledBytes = 360_000;

/** Selections on an interface are compiled for each of its types. The field `node` is the only one with an interface type. */
const compiledBytesPerNode = 20_000;

/** Approximate memory use of a document, in bytes. */
export interface DocumentBytes {
  /** Of the parsed document and its text. */
  readonly parsed: number;
  /** Additional use once the document is compiled. */
  readonly compiled: number;
}

export function toDocumentBytes({ loc }: DocumentNode): DocumentBytes {
  let tokens = 0;
  let nodes = 0;
  for (let token = loc?.startToken ?? null; token; token = token.next) {
    tokens += 1;
    if (token.value === 'node' && token.next?.kind === TokenKind.PAREN_L) nodes += 1;
  }
  // A string takes up to two bytes per character.
  const textBytes = 2 * (loc?.source.body.length ?? 0);
  return {
    parsed: bytesPerDocument + parsedBytesPerToken * tokens + textBytes,
    compiled: Math.min(
      compiledBytesPerDocument + compiledBytesPerToken * tokens + compiledBytesPerNode * nodes,
      maxCompiledBytes,
    ),
  };
}

/** Variables are held three times: as received, as coerced for resolvers, and in the key of the subscription's group. */
const bytesPerVariableCharacter = 6;

/** Covers the latest payload, the topics of the subscription, and the events that wait to be sent. */
const bytesPerCost = 30;

/**
 * Approximate memory use of an open subscription apart from its document, in bytes. It depends on the length of the
 * variables as JSON and on the cost, which counts the markets and fields of the answer.
 */
export function toSubscriptionBytes(variablesLength: number, cost: number): number {
  return bytesPerVariableCharacter * variablesLength + toPayloadBytes(cost);
}

/** The memory of one market of a list: `npm run bench -- watchlists` measures 54 to 114 bytes. */
const bytesPerListedMarket = 150;

/** The same for a subscription that lists markets, apart from their payloads, which it shares with other lists. */
export function toListBytes(variablesLength: number, markets: number): number {
  return bytesPerVariableCharacter * variablesLength + bytesPerListedMarket * markets;
}

/** Approximate memory use of the payloads of a subscription, in bytes. */
export function toPayloadBytes(cost: number): number {
  return bytesPerCost * cost;
}
