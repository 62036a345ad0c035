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
 * document only once, and a hostile client sends as many as it can. So each kind of document has a separate budget, and
 * no kind can push out another:
 *
 * - Documents that have come twice: 32 MB; the least recently used are removed. Their compiled form counts from the start,
 *   because whatever is made from a document (its cost plan, its compiled query, its group key) stays in memory as long
 *   as the document.
 * - Documents that have come once, or are not valid: 2 MB for small ones; 10,000 digests, 1 MB, for large valid ones.
 * - The document that came last, whatever its size. When it is requested again, that does not count as coming twice: each
 *   part of the server that handles the same request asks for it.
 * - Documents of open subscriptions: retained until released, and bounded by the memory of subscriptions
 *   (`SubscriptionMemory`, MAX_SUBSCRIPTION_MB). If such a document were parsed again, it would be in memory twice.
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

  /** Approximate memory in bytes: `kept` of documents that have come twice, `new` of those that have come once. */
  get bytes(): RecurringDocuments['bytes'] {
    return this.#recurring.bytes;
  }

  /** Texts of persisted queries. */
  get persisted(): PersistedTexts {
    return this.#persisted;
  }

  /** True if the text does not need to be parsed. */
  has(text: string): boolean {
    return this.#find(text) !== undefined;
  }

  /** Returns the document of a text. Throws a syntax error, or QUERY_TOO_COMPLEX. */
  get(text: string): KnownDocument {
    const recurring = this.#recurring;
    const found = this.#find(text);
    if (found && (found === this.#last?.known || recurring.isKept(text))) return found;
    const known = found ?? this.#validate(this.#options.parse(text));
    const isValid = known.errors.length === 0;
    if (isValid && (found || recurring.takeDigest(text, known))) recurring.keep(text, known);
    else if (!found) {
      this.#last = { text, known };
      recurring.remember(text, known);
    }
    return known;
  }

  /** The errors of a document; none if it is valid. */
  errorsOf(document: DocumentNode): readonly GraphQLError[] {
    return (this.#find(document.loc?.source.body ?? '') ?? this.#validate(document)).errors;
  }

  /** Returns the document of a text if an open subscription retains it. */
  findOpen(text: string): DocumentNode | undefined {
    return this.#open.get(text);
  }

  /** Keeps the document of an open subscription until it is released. */
  retain(text: string, document: DocumentNode): void {
    this.#open.set(text, document);
  }

  /** Releases the document of a text when its last subscription has ended. */
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
