import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { PersistedTexts } from '../../graphql/documents/persisted-texts.ts';
import { httpStatus } from '../http/messages/statuses.ts';
import type { OperationRequest } from './operation-request.ts';

type QueryOrHash = Pick<OperationRequest, 'query' | 'extensions'>;

/**
 * Automatic persisted queries, the protocol of Apollo: a client sends the SHA-256 of a document in its place, and the
 * document with its hash once, if the server does not know the hash.
 */
export class PersistedQueries {
  readonly #texts: PersistedTexts;

  constructor(texts: PersistedTexts) {
    this.#texts = texts;
  }

  /**
   * The document that a request asks for; null if it names none in any way. Throws PERSISTED_QUERY_NOT_FOUND if it has
   * only a hash, which is not known, and BAD_USER_INPUT if the hash is malformed or another document's.
   */
  find({ query, extensions }: QueryOrHash): string | null {
    const hash = toHash(extensions);
    if (hash === null) return query;
    const known = this.#texts.find(hash);
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
  remember({ query, extensions }: QueryOrHash): void {
    if (query === null || !extensions?.persistedQuery) return;
    const hash = toHash(extensions);
    if (hash !== null && !this.#texts.has(hash) && sha256(query) === hash) this.#texts.keep(hash, query);
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The hash that a request carries, in lower case; null if it carries none. */
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
  const http = { spec: true, status: httpStatus.badRequest };
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http } });
}
