import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { toDocumentBytes } from './document-bytes.ts';
import type { KnownDocument } from './known-document.ts';

/** What documents that have come twice may keep together, in bytes. */
const maxKeptBytes = 32 * 1024 * 1024;

/** What small documents that have come once, or are not valid, may keep together, in bytes. */
const maxNewBytes = 2 * 1024 * 1024;

/** A document that has come once is remembered only if it keeps no more than this, some 100 tokens, in bytes. */
const maxNewDocumentBytes = 64 * 1024;

/** How many digests of larger documents that have come once are remembered; some 100 bytes each. */
const maxDigests = 10_000;

/**
 * Documents by text, kept once they have come twice. A document that has come once is remembered in a small space of
 * its own: as a whole if it is small, as a digest if it is large. A document that is not valid never leaves that space.
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

  /** About how many bytes the documents keep that came twice, and those that came once. */
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

  /** True, once, for a text of which only the digest was remembered. */
  takeDigest(text: string): boolean {
    return this.#digests.delete(digestOf(text));
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
