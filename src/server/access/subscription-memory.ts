import { createHash } from 'node:crypto';
import type { DocumentNode } from 'graphql';
import { toDocumentBytes, toSubscriptionBytes } from '../../graphql/documents/document-bytes.ts';
import { MarketDataError } from '../../market/errors.ts';
import { isLoopback } from './address.ts';
import type { Excess } from './allowance.ts';

export interface SubscriptionMemoryOptions {
  /** How much all open subscriptions may keep, in bytes. */
  readonly maxBytes: number;
  /** How much those of one address may keep, in bytes. */
  readonly maxBytesPerAddress: number;
  /** Whether the limit for one address holds for this machine too. */
  readonly limitsLoopback: boolean;
}

/** A subscription about to be opened. */
export interface NewSubscription {
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
  /** What it costs, in the units of cost.ts. */
  readonly cost: number;
}

/** What one open subscription keeps. */
export interface Hold {
  readonly address: string;
  /** The document to go on with: the one that all subscriptions with the same text have in common. */
  readonly document: DocumentNode;
  readonly keys: readonly string[];
}

/** Why a subscription cannot be kept. */
export interface NoRoom {
  /** Which limit it would exceed; null where it is too large for that limit by itself, so that no waiting helps. */
  readonly excess: Excess | null;
  /** How much more it would keep, in bytes. */
  readonly bytes: number;
  readonly toError: () => MarketDataError;
}

/** Variables that take more characters go into a key as their digest. */
const maxValuesLength = 200;

/** Something in memory that one or more subscriptions need. */
interface Part {
  /** Tells a document from others in the keys of the subscriptions that have it. */
  readonly id: number;
  readonly bytes: number;
  readonly document: DocumentNode | null;
  /** How many subscriptions of each address need it. */
  readonly holders: Map<string, number>;
}

/**
 * What open subscriptions keep in memory, by estimate. A subscription needs its document for as long as it is open, and
 * a large one takes a megabyte, so counting subscriptions is not enough. What several have in common, the document or
 * the whole subscription, counts once for each address and once in total.
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

  /** How much they keep together, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The document of a text that an open subscription has. */
  findDocument(text: string): DocumentNode | undefined {
    return this.#parts.get(text)?.document ?? undefined;
  }

  /** Adds a subscription of an address, or says why it cannot be kept. */
  hold(address: string, { document: given, variables, cost }: NewSubscription): Hold | NoRoom {
    const text = given.loc?.source.body ?? '';
    const values = JSON.stringify(variables ?? {});
    // Most subscriptions have the document of another one, which was weighed then.
    const common = this.#parts.get(text) ?? this.#weigh(given);
    // No document begins with a number, so this is the key of none.
    const ownKey = `${common.id} ${values.length > maxValuesLength ? digestOf(values) : values}`;
    const own = { id: 0, bytes: toSubscriptionBytes(values.length, cost), document: null };
    const parts = [
      { key: text, ...common },
      { key: ownKey, ...own },
    ];
    const noRoom = this.#lacksRoom(address, parts);
    if (noRoom) return noRoom;
    for (const { key, ...part } of parts) this.#take(address, key, part);
    return { address, document: common.document ?? given, keys: [text, ownKey] };
  }

  /** Takes a subscription out again; to be called once for each. */
  release({ address, keys }: Hold): void {
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
    }
    const count = part.holders.get(address) ?? 0;
    part.holders.set(address, count + 1);
    if (count === 0) this.#add(address, part.bytes);
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
    this.#add(address, -part.bytes);
    if (part.holders.size > 0) return;
    this.#parts.delete(key);
    this.#bytes -= part.bytes;
  }

  #add(address: string, bytes: number): void {
    const sum = (this.#bytesByAddress.get(address) ?? 0) + bytes;
    if (sum > 0) this.#bytesByAddress.set(address, sum);
    else this.#bytesByAddress.delete(address);
  }

  #lacksRoom(address: string, parts: readonly { readonly key: string; readonly bytes: number }[]): NoRoom | null {
    const { maxBytes, maxBytesPerAddress, limitsLoopback } = this.#options;
    let moreOfAddress = 0;
    let moreOfAll = 0;
    for (const { key, bytes } of parts) {
      const part = this.#parts.get(key);
      if (!part) moreOfAll += bytes;
      if (!part?.holders.has(address)) moreOfAddress += bytes;
    }
    const alone = parts.reduce((sum, { bytes }) => sum + bytes, 0);
    const ofAddress = (this.#bytesByAddress.get(address) ?? 0) + moreOfAddress;
    if (ofAddress > maxBytesPerAddress && (limitsLoopback || !isLoopback(address))) {
      return toNoRoom('address', maxBytesPerAddress, alone, moreOfAddress);
    }
    return this.#bytes + moreOfAll > maxBytes ? toNoRoom('total', maxBytes, alone, moreOfAll) : null;
  }
}

/** `alone` is all that the subscription needs, `bytes` what of that nobody keeps already. */
function toNoRoom(excess: Excess, maxBytes: number, alone: number, bytes: number): NoRoom {
  const most = `more than ${toMegabytes(maxBytes)} MB of this server's memory, which is the most`;
  if (alone > maxBytes) {
    const message = `This subscription alone would keep ${most} that may be kept: send a shorter document.`;
    return { excess: null, bytes, toError: () => new MarketDataError('TOO_MANY_SUBSCRIPTIONS', message) };
  }
  const message =
    excess === 'address'
      ? `The open subscriptions of your address would keep ${most} they may: end some first, and send one short document with variables rather than many.`
      : `The open subscriptions of all clients would keep ${most} they may: try again later.`;
  const toError = () => new MarketDataError('TOO_MANY_SUBSCRIPTIONS', message, { retryable: true });
  return { excess, bytes, toError };
}

function digestOf(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}

function toMegabytes(bytes: number): number {
  return Math.round((10 * bytes) / 1024 / 1024) / 10;
}
