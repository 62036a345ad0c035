import { createHash } from 'node:crypto';
import type { DocumentNode, GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { toDocumentBytes } from './document-bytes.ts';
import type { ParseDocument } from './parse-document.ts';

/** A document that was parsed and validated. */
export interface KnownDocument {
  readonly document: DocumentNode;
  /** Why it is not valid; empty where it is. */
  readonly errors: readonly GraphQLError[];
}

export interface DocumentStoreOptions {
  readonly parse: ParseDocument;
  readonly validate: (document: DocumentNode) => readonly GraphQLError[];
  /** The document of a text that an open operation holds in memory in any case. */
  readonly findOpen?: (text: string) => DocumentNode | undefined;
}

/** What documents that have come twice may keep together, in bytes. */
const maxKeptBytes = 32 * 1024 * 1024;

/** What small documents that have come once, or are not valid, may keep together, in bytes. */
const maxNewBytes = 2 * 1024 * 1024;

/** A document that has come once is remembered only where it keeps no more than this, some 100 tokens, in bytes. */
const maxNewDocumentBytes = 64 * 1024;

/** How many digests of larger documents that have come once are remembered; some 100 bytes each. */
const maxDigests = 10_000;

/**
 * The one place that keeps documents. A front end that writes arguments into its documents sends each of them once, and
 * a hostile client sends as many as it can, so a document has to come twice before it is kept, and one that is not valid
 * never is. Of a document that has come once only what is small is remembered: itself, or its digest where it is large.
 * The last one is there in any case, and does not count as having come again: each part of the server that handles the
 * same request asks for it.
 * Whatever is made of a document (its cost plan, its compiled form) hangs on the document and leaves memory with it, so
 * it counts here from the start.
 */
export class DocumentStore {
  readonly #options: DocumentStoreOptions;
  readonly #kept = new LRUCache<string, KnownDocument>({
    maxSize: maxKeptBytes,
    sizeCalculation: ({ document }) => {
      const { parsed, compiled } = toDocumentBytes(document);
      return parsed + compiled;
    },
  });
  readonly #new = new LRUCache<string, KnownDocument>({
    maxSize: maxNewBytes,
    maxEntrySize: maxNewDocumentBytes,
    sizeCalculation: ({ document }) => toDocumentBytes(document).parsed,
  });
  readonly #digests = new LRUCache<string, true>({ max: maxDigests });
  #last: { readonly text: string; readonly known: KnownDocument } | null = null;

  constructor(options: DocumentStoreOptions) {
    this.#options = options;
  }

  /** About how many bytes the documents keep that came twice, and those that came once. */
  get bytes(): { readonly kept: number; readonly new: number } {
    return { kept: this.#kept.calculatedSize, new: this.#new.calculatedSize };
  }

  /** True when the text need not be parsed. */
  has(text: string): boolean {
    return this.#find(text) !== undefined;
  }

  /** The document of a text. Throws a syntax error, or QUERY_TOO_COMPLEX. */
  get(text: string): KnownDocument {
    const found = this.#find(text);
    if (found && (found === this.#last?.known || this.#kept.has(text))) return found;
    const known = found ?? this.#validate(this.#options.parse(text));
    const isValid = known.errors.length === 0;
    if (isValid && (found || this.#digests.delete(digestOf(text)))) {
      this.#new.delete(text);
      this.#kept.set(text, known);
    } else if (!found) this.#remember(text, known);
    return known;
  }

  /** What is wrong with a document; nothing where it is valid. */
  errorsOf(document: DocumentNode): readonly GraphQLError[] {
    return (this.#find(document.loc?.source.body ?? '') ?? this.#validate(document)).errors;
  }

  #find(text: string): KnownDocument | undefined {
    const known = this.#last?.text === text ? this.#last.known : (this.#kept.get(text) ?? this.#new.get(text));
    if (known) return known;
    // Parsed again, the document of an open operation would be in memory twice.
    const document = this.#options.findOpen?.(text);
    return document && { document, errors: [] };
  }

  #remember(text: string, known: KnownDocument): void {
    this.#last = { text, known };
    this.#new.set(text, known);
    if (!this.#new.has(text) && known.errors.length === 0) this.#digests.set(digestOf(text), true);
  }

  #validate(document: DocumentNode): KnownDocument {
    return { document, errors: this.#options.validate(document) };
  }
}

function digestOf(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}
