import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { OperationRequest } from './operation-request.ts';

/** Strings take up to two bytes a character. */
const maxBytes = 8 * 1024 * 1024;

/** What an entry takes besides its text. */
const entryBytes = 500;

/**
 * Automatic persisted queries, the protocol of Apollo: a client sends the SHA-256 of a document in its place, and the
 * document with it once, where the hash is not known. The least recently used leave where there are too many.
 */
export class PersistedQueries {
  readonly #texts = new LRUCache<string, string>({
    maxSize: maxBytes,
    sizeCalculation: (text) => 2 * text.length + entryBytes,
  });

  /**
   * The document that a request asks for; null where it names none in any way. Throws PERSISTED_QUERY_NOT_FOUND where
   * only the hash is there and not known, and BAD_USER_INPUT where the hash is none, or another document's.
   */
  find({ query, extensions }: Pick<OperationRequest, 'query' | 'extensions'>): string | null {
    const hash = toHash(extensions);
    if (hash === null) return query;
    const known = this.#texts.get(hash);
    if (query === null) {
      if (known !== undefined) return known;
      throw new GraphQLError('PersistedQueryNotFound', { extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } });
    }
    if (known !== query && sha256(query) !== hash) {
      throw badInput('persistedQuery.sha256Hash is not the SHA-256 of the query that came with it.');
    }
    return query;
  }

  /** Remembers a document that is valid, if the request carries its hash. */
  remember({ query, extensions }: Pick<OperationRequest, 'query' | 'extensions'>): void {
    if (query === null || !extensions?.persistedQuery) return;
    const hash = toHash(extensions);
    if (hash !== null && !this.#texts.has(hash) && sha256(query) === hash) this.#texts.set(hash, query);
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The hash that a request carries, in lower case; null where it carries none. */
function toHash(extensions: OperationRequest['extensions']): string | null {
  const given = extensions?.persistedQuery ?? null;
  if (given === null) return null;
  if (typeof given === 'object' && 'version' in given && 'sha256Hash' in given && given.version === 1) {
    const { sha256Hash } = given;
    if (typeof sha256Hash === 'string' && /^[0-9a-f]{64}$/i.test(sha256Hash)) return sha256Hash.toLowerCase();
  }
  throw badInput('persistedQuery must be { version: 1, sha256Hash: the SHA-256 of the query in hexadecimal }.');
}

function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { spec: true, status: 400 } } });
}
