import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { PersistedTexts } from '../../graphql/documents/persisted-texts.ts';
import { httpStatus } from '../http/messages/statuses.ts';
import type { OperationRequest } from './operation-request.ts';

type QueryOrHash = Pick<OperationRequest, 'query' | 'extensions'>;

/**
 * Automatic persisted queries, as in the protocol of Apollo: a client sends the SHA-256 hash of a document instead of
 * the document. If the server does not know the hash, the client sends both once.
 */
export class PersistedQueries {
  readonly #texts: PersistedTexts;

  constructor(texts: PersistedTexts) {
    this.#texts = texts;
  }

  /**
   * Returns the document of a request; null if the request has neither a document nor a hash. Throws
   * PERSISTED_QUERY_NOT_FOUND if the request has only a hash and the hash is unknown, and BAD_USER_INPUT if the hash is
   * malformed or belongs to a different document.
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
      throw badInput('persistedQuery.sha256Hash is not the SHA-256 hash of the query in the same request.');
    }
    return query;
  }

  /** Remembers a valid document if the request contains its hash. */
  remember({ query, extensions }: QueryOrHash): void {
    if (query === null || !extensions?.persistedQuery) return;
    const hash = toHash(extensions);
    if (hash !== null && !this.#texts.has(hash) && sha256(query) === hash) this.#texts.keep(hash, query);
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The hash in a request, in lower case; null if there is none. */
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
