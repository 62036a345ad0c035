import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import type { Answer } from './answer.ts';

interface Kept {
  readonly answer: Answer;
  /** When it was stored, epoch ms. */
  readonly since: number;
}

export interface ResponseCacheOptions {
  readonly clock: Clock;
  /** The maximum size of all answers with their keys, in bytes. */
  readonly maxBytes: number;
}

/** The measured size of an entry without its texts: the answer object, its expiry with its checks, its keys. */
const entryBytes = 1700;

/** How many digests of first requests are remembered, about 100 bytes each. */
const maxNewcomers = 10_000;

/**
 * Keeps answers by request, and gives them again while they are fresh. Once the cache is full, the answer to a request
 * is kept only when the request comes for the second time; then the least recently used answers make room for it.
 * Otherwise, requests that never come again would push out all others, and keeping their answers costs more than
 * answering them.
 */
export class ResponseCache {
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #kept: LRUCache<string, Kept>;
  /** Digests of requests that have come once while the cache was full. */
  readonly #newcomers = new LRUCache<string, true>({ max: maxNewcomers });

  /** Numbers of requests that have found an answer here since the start, and of those that have not. */
  readonly lookups: { hits: number; misses: number } = { hits: 0, misses: 0 };

  constructor({ clock, maxBytes }: ResponseCacheOptions) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
    this.#kept = new LRUCache({
      maxSize: maxBytes,
      maxEntrySize: Math.floor(maxBytes / 8),
      sizeCalculation: ({ answer }, request) => sizeOf(request, answer),
    });
  }

  /** The size of all entries, in bytes. */
  get bytes(): number {
    return this.#kept.calculatedSize;
  }

  /** The answer to the same request, if it is still fresh. */
  find(request: string): Answer | null {
    const kept = this.#kept.get(request);
    if (kept && isFresh(kept.answer, kept.since, this.#clock.now())) {
      this.lookups.hits += 1;
      return kept.answer;
    }
    this.lookups.misses += 1;
    if (kept) this.#kept.delete(request);
    return null;
  }

  /** Keeps an answer, unless it must not be kept, is no longer fresh, or its request must come a second time first. */
  keep(request: string, answer: Answer): void {
    const since = this.#clock.now();
    if (!isFresh(answer, since, since) || this.#isNewcomer(request, answer)) return;
    this.#kept.set(request, { answer: answer.toRepeated(), since });
  }

  /** True for the first time that a request comes while there is no room for its answer; false from then on. */
  #isNewcomer(request: string, answer: Answer): boolean {
    if (this.#kept.calculatedSize + sizeOf(request, answer) <= this.#maxBytes) return false;
    const digest = createHash('sha1').update(request).digest('base64');
    if (this.#newcomers.delete(digest)) return false;
    this.#newcomers.set(digest, true);
    return true;
  }
}

/** An answer from the future is not fresh: the clock was set back, so the age of the answer is unknown. */
function isFresh({ expiry }: Answer, since: number, now: number): boolean {
  return expiry !== null && since <= now && now < expiry.reusableUntil && expiry.isCurrent();
}

/** A string takes one byte per character, or two if it contains any character outside Latin 1. */
function sizeOf(request: string, { body, byteLength }: Answer): number {
  return (byteLength === body.length ? byteLength : 2 * body.length) + 2 * request.length + entryBytes;
}
