import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { toDocumentBytes } from './document-bytes.ts';
import type { KnownDocument } from './known-document.ts';

/** Maximum memory of all documents that have come twice, in bytes. */
const maxKeptBytes = 32 * 1024 * 1024;

/** Maximum memory of all small documents that have come once or are not valid, in bytes. */
const maxNewBytes = 2 * 1024 * 1024;

/** Maximum memory of a document that counts as small, in bytes: about 100 tokens. */
const maxNewDocumentBytes = 64 * 1024;

/** Maximum number of digests of large documents that have come once. Each takes about 100 bytes. */
const maxDigests = 10_000;

/**
 * Documents by text. A document is kept once it has come twice. Until then it is remembered in a separate, small space: as
 * a whole if it is small, as a digest if it is large. A document that is not valid never leaves that space.
 */
export class RecurringDocuments {
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

  /** Approximate memory in bytes: `kept` of documents that have come twice, `new` of those that have come once. */
  get bytes(): { readonly kept: number; readonly new: number } {
    return { kept: this.#kept.calculatedSize, new: this.#new.calculatedSize };
  }

  /** True for a document that has come twice. */
  isKept(text: string): boolean {
    return this.#kept.has(text);
  }

  find(text: string): KnownDocument | undefined {
    return this.#kept.get(text) ?? this.#new.get(text);
  }

  /** True if only the digest of the text was remembered, as that of a large document. The digest is then forgotten. */
  takeDigest(text: string, { document }: KnownDocument): boolean {
    return toDocumentBytes(document).parsed > maxNewDocumentBytes && this.#digests.delete(digestOf(text));
  }

  /** Keeps a document that has come twice. */
  keep(text: string, known: KnownDocument): void {
    this.#new.delete(text);
    this.#kept.set(text, known);
  }

  /** Remembers a document that has come once. */
  remember(text: string, known: KnownDocument): void {
    this.#new.set(text, known);
    if (!this.#new.has(text) && known.errors.length === 0) this.#digests.set(digestOf(text), true);
  }
}

function digestOf(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}
