import type { DocumentNode, GraphQLError } from 'graphql';
import type { KnownDocument } from './known-document.ts';
import type { ParseDocument } from './parse-document.ts';
import { PersistedTexts } from './persisted-texts.ts';
import { RecurringDocuments } from './recurring-documents.ts';

export interface DocumentStoreOptions {
  readonly parse: ParseDocument;
  readonly validate: (document: DocumentNode) => readonly GraphQLError[];
}

/**
 * The one place that owns documents, for every protocol. A front end that writes arguments into its documents sends each
 * document once, and a hostile client sends as many as it can, so each kind of document has a budget of its own, and
 * none can push out another:
 *
 * - Documents that have come twice: 32 MB, the least recently used leave. They count with their compiled form from the
 *   start, since whatever is made of a document (its cost plan, its compiled query, its group key) hangs on the document
 *   and leaves memory with it.
 * - Documents that have come once, or are not valid: 2 MB for small ones; 10,000 digests, 1 MB, for large valid ones.
 * - The document that came last, whatever its size. It does not count as having come again, since each part of the server
 *   that handles the same request asks for it.
 * - Documents of open subscriptions: retained until released, and bounded by what subscriptions may keep
 *   (`SubscriptionMemory`, MAX_SUBSCRIPTION_MB). Parsed again, such a document would be in memory twice.
 * - Texts of persisted queries, by hash: 8 MB.
 */
export class DocumentStore {
  readonly #options: DocumentStoreOptions;
  readonly #recurring = new RecurringDocuments();
  readonly #open = new Map<string, DocumentNode>();
  readonly #persisted = new PersistedTexts();
  #last: { readonly text: string; readonly known: KnownDocument } | null = null;

  constructor(options: DocumentStoreOptions) {
    this.#options = options;
  }

  /** About how many bytes the documents keep that came twice, and those that came once. */
  get bytes(): RecurringDocuments['bytes'] {
    return this.#recurring.bytes;
  }

  /** Texts of persisted queries. */
  get persisted(): PersistedTexts {
    return this.#persisted;
  }

  /** True if the text need not be parsed. */
  has(text: string): boolean {
    return this.#find(text) !== undefined;
  }

  /** The document of a text. Throws a syntax error, or QUERY_TOO_COMPLEX. */
  get(text: string): KnownDocument {
    const recurring = this.#recurring;
    const found = this.#find(text);
    if (found && (found === this.#last?.known || recurring.isKept(text))) return found;
    const known = found ?? this.#validate(this.#options.parse(text));
    const isValid = known.errors.length === 0;
    if (isValid && (found || recurring.takeDigest(text))) recurring.keep(text, known);
    else if (!found) {
      this.#last = { text, known };
      recurring.remember(text, known);
    }
    return known;
  }

  /** What is wrong with a document; nothing if it is valid. */
  errorsOf(document: DocumentNode): readonly GraphQLError[] {
    return (this.#find(document.loc?.source.body ?? '') ?? this.#validate(document)).errors;
  }

  /** The document of a text that an open subscription retains. */
  findOpen(text: string): DocumentNode | undefined {
    return this.#open.get(text);
  }

  /** Keeps the document of an open subscription until it is released. */
  retain(text: string, document: DocumentNode): void {
    this.#open.set(text, document);
  }

  /** The last subscription with the document of this text has ended. */
  release(text: string): void {
    this.#open.delete(text);
  }

  #find(text: string): KnownDocument | undefined {
    const known = this.#last?.text === text ? this.#last.known : this.#recurring.find(text);
    if (known) return known;
    const document = this.#open.get(text);
    return document && { document, errors: [] };
  }

  #validate(document: DocumentNode): KnownDocument {
    return { document, errors: this.#options.validate(document) };
  }
}
