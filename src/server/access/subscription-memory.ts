import { createHash } from 'node:crypto';
import type { DocumentNode } from 'graphql';
import {
  toDocumentBytes,
  toListBytes,
  toPayloadBytes,
  toSubscriptionBytes,
} from '../../graphql/documents/document-bytes.ts';
import type { DocumentStore } from '../../graphql/documents/document-store.ts';
import { isLoopback } from './address.ts';
import type { LimitScope } from './concurrency-limit.ts';
import { type MemoryExcess, toMemoryExcess } from './memory-excess.ts';

/** Limits on the memory of open subscriptions. */
export interface SubscriptionMemoryLimits {
  /** The maximum for all open subscriptions, in bytes. */
  readonly maxBytes: number;
  /** The maximum for the open subscriptions of one address, in bytes. */
  readonly maxBytesPerAddress: number;
  /** Whether the limit per address applies to this machine too. */
  readonly limitsLoopback: boolean;
}

export interface SubscriptionMemoryOptions extends SubscriptionMemoryLimits {
  /** Keeps the documents of open subscriptions. */
  readonly documents: Pick<DocumentStore, 'findOpen' | 'retain' | 'release'>;
}

/** The payloads that a subscription to a list of markets shares with subscriptions to other lists. */
export interface ListedPayloads {
  /** Equal for lists that share the payloads of each market. */
  readonly payload: string;
  /** How many markets the list has. */
  readonly markets: number;
}

/** A subscription that is about to open. */
export interface NewSubscription {
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
  readonly cost: number;
  /** Null for a subscription that shares payloads only with equal ones. */
  readonly listed: ListedPayloads | null;
}

/** The memory of one open subscription. */
export interface MemoryReservation {
  readonly address: string;
  /** The document to use from now on: all subscriptions with the same text share it. */
  readonly document: DocumentNode;
  readonly keys: readonly string[];
}

/** For variables with more characters, the key contains their digest instead. */
const maxVariablesLength = 200;

/** Data in memory that one or more subscriptions need. */
interface Part {
  /** Distinguishes documents in the keys of their subscriptions; 0 for anything else. */
  readonly id: number;
  readonly bytes: number;
  readonly document: DocumentNode | null;
  /** Number of subscriptions that need it, by address. */
  readonly holders: Map<string, number>;
}

/**
 * Estimates and limits the memory of open subscriptions. A subscription needs its document while it is open, and a
 * large document takes a megabyte, so it is not enough to count subscriptions. Data that several subscriptions share,
 * the document, the payloads of listed markets or the whole subscription, counts once for each address and once in total.
 */
export class SubscriptionMemory {
  readonly #options: SubscriptionMemoryOptions;
  readonly #parts = new Map<string, Part>();
  readonly #bytesByAddress = new Map<string, number>();
  #bytes = 0;
  #documents = 0;

  constructor(options: SubscriptionMemoryOptions) {
    this.#options = options;
  }

  /** The memory of all open subscriptions, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Reserves memory for a subscription of an address, or returns the limit that this would exceed. */
  reserve(address: string, subscription: NewSubscription): MemoryReservation | MemoryExcess {
    const { document: given, variables, cost, listed } = subscription;
    const text = given.loc?.source.body ?? '';
    const values = JSON.stringify(variables ?? {});
    // Most subscriptions have the same document as an open one, whose size is known.
    const common = this.#parts.get(text) ?? this.#weigh(given);
    // No document begins with a number, so this key differs from the key of every document.
    const ownKey = `${common.id} ${values.length > maxVariablesLength ? digestOf(values) : values}`;
    const ownBytes = listed ? toListBytes(values.length, listed.markets) : toSubscriptionBytes(values.length, cost);
    const parts = [
      { key: text, ...common },
      { key: ownKey, id: 0, bytes: ownBytes, document: null },
      ...(listed ? [{ key: toPayloadKey(listed, cost), id: 0, bytes: toPayloadBytes(cost), document: null }] : []),
    ];
    const excess = this.#findExcess(address, parts);
    if (excess) return excess;
    for (const { key, ...part } of parts) this.#take(address, key, part);
    return { address, document: this.#options.documents.findOpen(text) ?? given, keys: parts.map(({ key }) => key) };
  }

  /** Releases the memory. Must be called once for each reservation. */
  release({ address, keys }: MemoryReservation): void {
    for (const key of keys) this.#release(address, key);
  }

  #weigh(document: DocumentNode): Omit<Part, 'holders'> {
    this.#documents += 1;
    return { id: this.#documents, bytes: toDocumentBytes(document).parsed, document };
  }

  #take(address: string, key: string, { id, bytes, document }: Omit<Part, 'holders'>): void {
    const part = this.#parts.get(key) ?? { id, bytes, document, holders: new Map() };
    if (part.holders.size === 0) {
      this.#parts.set(key, part);
      this.#bytes += part.bytes;
      if (document) this.#options.documents.retain(key, document);
    }
    const count = part.holders.get(address) ?? 0;
    part.holders.set(address, count + 1);
    if (count === 0) this.#addBytes(address, part.bytes);
  }

  #release(address: string, key: string): void {
    const part = this.#parts.get(key);
    const count = part?.holders.get(address) ?? 0;
    if (!part || count === 0) return;
    if (count > 1) {
      part.holders.set(address, count - 1);
      return;
    }
    part.holders.delete(address);
    this.#addBytes(address, -part.bytes);
    if (part.holders.size > 0) return;
    this.#parts.delete(key);
    this.#bytes -= part.bytes;
    if (part.document) this.#options.documents.release(key);
  }

  #addBytes(address: string, bytes: number): void {
    const sum = (this.#bytesByAddress.get(address) ?? 0) + bytes;
    if (sum > 0) this.#bytesByAddress.set(address, sum);
    else this.#bytesByAddress.delete(address);
  }

  #findExcess(
    address: string,
    parts: readonly { readonly key: string; readonly bytes: number }[],
  ): MemoryExcess | null {
    const { maxBytes, maxBytesPerAddress, limitsLoopback } = this.#options;
    const added: Record<LimitScope, number> = { address: 0, total: 0 };
    for (const { key, bytes } of parts) {
      const part = this.#parts.get(key);
      if (!part) added.total += bytes;
      if (!part?.holders.has(address)) added.address += bytes;
    }
    const alone = parts.reduce((sum, { bytes }) => sum + bytes, 0);
    const ofAddress = (this.#bytesByAddress.get(address) ?? 0) + added.address;
    if (ofAddress > maxBytesPerAddress && (limitsLoopback || !isLoopback(address))) {
      return toMemoryExcess('address', maxBytesPerAddress, alone, added.address);
    }
    return this.#bytes + added.total > maxBytes ? toMemoryExcess('total', maxBytes, alone, added.total) : null;
  }
}

/**
 * Lists of about the same size count the payloads once: it is unknown which of their markets are the same. The ids of
 * documents begin with 1, so the key differs from all others.
 */
function toPayloadKey({ payload }: ListedPayloads, cost: number): string {
  return `0 ${Math.ceil(Math.log2(cost + 1))} ${payload}`;
}

function digestOf(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}
