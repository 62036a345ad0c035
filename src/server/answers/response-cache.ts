import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import type { Answer } from './answer.ts';

interface Kept {
  readonly answer: Answer;
  /** When it was kept, epoch ms. */
  readonly since: number;
}

export interface ResponseCacheOptions {
  readonly clock: Clock;
  /** How many bytes the answers and their keys may take together. */
  readonly maxBytes: number;
}

/** What an entry takes besides its texts, as measured: the answer, its expiry with its checks, its keys. */
const entryBytes = 1700;

/** How many digests of first requests are remembered; some 100 bytes each. */
const maxNewcomers = 10_000;

/**
 * Answers to give again while they are fresh, by what asks for them. Once the cache is full, a request has to come twice
 * before others, the least recently used, leave for it: requests that never come again would push out all others, and
 * cost more to keep than to answer.
 */
export class ResponseCache {
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #kept: LRUCache<string, Kept>;
  /** Digests of requests that have come once and found the cache full. */
  readonly #newcomers = new LRUCache<string, true>({ max: maxNewcomers });

  /** How many requests have found their answer here since the start, and how many have not. */
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

  /** How many bytes the entries take. */
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

  /** Keeps an answer, unless it must not be kept, is no longer fresh, or has to come once more. */
  keep(request: string, answer: Answer): void {
    const since = this.#clock.now();
    if (!isFresh(answer, since, since) || this.#isNewcomer(request, answer)) return;
    this.#kept.set(request, { answer: answer.toRepeated(), since });
  }

  /** True for a request that has not come before and for which there is no room; false from then on. */
  #isNewcomer(request: string, answer: Answer): boolean {
    if (this.#kept.calculatedSize + sizeOf(request, answer) <= this.#maxBytes) return false;
    const digest = createHash('sha1').update(request).digest('base64');
    if (this.#newcomers.delete(digest)) return false;
    this.#newcomers.set(digest, true);
    return true;
  }
}

/** An answer from the future is not fresh either: the clock was set back, and nobody knows how old it is. */
function isFresh({ expiry }: Answer, since: number, now: number): boolean {
  return expiry !== null && since <= now && now < expiry.until && expiry.isCurrent();
}

/** A string takes a byte per character, or two if it has any character beyond Latin 1. */
function sizeOf(request: string, { body, byteLength }: Answer): number {
  return (byteLength === body.length ? byteLength : 2 * body.length) + 2 * request.length + entryBytes;
}
