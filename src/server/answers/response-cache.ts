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

/** How many first requests are remembered at most, in 4 bytes each. A power of two. */
const newcomerSlots = 16_384;

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
  /**
   * Hashes of requests that have come once while the cache was full, each in the slot that its last bits name; 0 if there
   * is none. If two requests have the same hash, one of them is kept too early, which harms nobody.
   */
  readonly #newcomers = new Uint32Array(newcomerSlots);

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
    const hash = hashOf(request);
    const slot = hash % newcomerSlots;
    const isKnown = this.#newcomers[slot] === hash;
    this.#newcomers[slot] = isKnown ? 0 : hash;
    return !isKnown;
  }
}

/** An answer from the future is not fresh: the clock was set back, so the age of the answer is unknown. */
function isFresh({ expiry }: Answer, since: number, now: number): boolean {
  return expiry !== null && since <= now && now < expiry.reusableUntil && expiry.isCurrent();
}

/** FNV-1a in 32 bits (draft-eastlake-fnv), never 0. A cryptographic hash would take a twentieth of the whole answer. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0 || 1;
}

function sizeOf(request: string, { memoryBytes }: Answer): number {
  return memoryBytes + 2 * request.length + entryBytes;
}
