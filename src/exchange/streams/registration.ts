import type { Exchange } from 'ccxt';

/** A watch call, made on the instance that it is given. */
export type WatchCall = (exchange: Exchange) => Promise<unknown>;

/** What ccxt remembers of a watch call on a socket. */
export interface Registration {
  readonly url: string;
  /** The name under which messages of the market come. */
  readonly messageHash: string;
  /** The name under which ccxt remembers that it has subscribed: as long as it is there, it sends nothing again. */
  readonly subscribeHash: string;
}

/** The result of `registerTogether`. `messageIds` are what an answer to the message may name it by. */
export interface JointResult {
  readonly outcome: JointOutcome;
  readonly messageIds: readonly string[];
}

/**
 * How a message for several markets went:
 * - `registered`: ccxt sends it, and finds the subscription of each market in place from now on.
 * - `unsuitable`: with it, ccxt would wait for these markets under other names than without it. Nothing was sent.
 * - `tooLong`: the message is longer than allowed. Nothing was sent.
 * - `failed`: ccxt cannot put these markets into one message. Nothing was sent.
 */
export type JointOutcome = 'registered' | 'unsuitable' | 'tooLong' | 'failed';

/** A message was not sent, because it is longer than allowed. */
export class MessageTooLong extends Error {}

/** Ends a watch call of ccxt at the point where it would wait for a message. */
class Intercepted extends Error {}

/**
 * Finds out what a watch call would register, without sending anything: the call runs on a copy of the instance that
 * stops it at that point. Null if it fails before, or registers something else than one market.
 */
export async function registrationOf(exchange: Exchange, watch: WatchCall): Promise<Registration | null> {
  let found: Registration | null = null;
  const stop = (url: unknown, messageHashes: unknown, subscribeHashes: unknown): never => {
    const [[messageHash, ...others], [subscribeHash]] = [toList(messageHashes), toList(subscribeHashes)];
    if (typeof url === 'string' && messageHash !== undefined && subscribeHash !== undefined && others.length === 0) {
      found = { url, messageHash, subscribeHash };
    }
    throw new Intercepted();
  };
  const copy = copyOf(exchange);
  copy.watch = (url, messageHash, _message, subscribeHash) => stop(url, messageHash, subscribeHash);
  copy.watchMultiple = (url, messageHashes, _message, subscribeHashes) => stop(url, messageHashes, subscribeHashes);
  await settle(() => watch(copy));
  return found;
}

/**
 * Makes one watch call for several markets, provided that it registers all of them as their own calls would. Then each
 * of these calls finds its subscription in place: it sends nothing, and costs the same for each message however many
 * markets were subscribed together. The call itself is stopped when it has sent its message, because for each message it
 * would wait for all its markets anew.
 */
export async function registerTogether(
  exchange: Exchange,
  watch: WatchCall,
  registrations: readonly Registration[],
  maxBytes: number,
): Promise<JointResult> {
  let outcome: JointOutcome = 'failed';
  let messageIds: readonly string[] = [];
  const copy = copyOf(exchange);
  copy.watch = () => {
    outcome = 'unsuitable';
    throw new Intercepted();
  };
  copy.watchMultiple = (url, messageHashes, message, subscribeHashes, subscription) => {
    const hashes = new Set(messageHashes);
    const names = new Set(subscribeHashes ?? []);
    const isSuitable =
      hashes.size === registrations.length &&
      registrations.every((each) => each.url === url && hashes.has(each.messageHash) && names.has(each.subscribeHash));
    if (!isSuitable) outcome = 'unsuitable';
    else if (bytesOf(message) > maxBytes) outcome = 'tooLong';
    else {
      // If it fails, each market's own call learns of it.
      exchange.watchMultiple(url, messageHashes, message, subscribeHashes, subscription).catch(() => {});
      outcome = 'registered';
      messageIds = idsOf(message);
    }
    throw new Intercepted();
  };
  await settle(() => watch(copy));
  return { outcome, messageIds };
}

/** A copy of the instance whose calls for several markets fail with `MessageTooLong` instead of sending more bytes. */
export function withMaxBytes(exchange: Exchange, maxBytes: number): Exchange {
  const copy = copyOf(exchange);
  copy.watchMultiple = (url, messageHashes, message, subscribeHashes, subscription) => {
    const bytes = bytesOf(message);
    if (bytes > maxBytes) throw new MessageTooLong(`${bytes} bytes`);
    return exchange.watchMultiple(url, messageHashes, message, subscribeHashes, subscription);
  };
  return copy;
}

/** True if ccxt would send nothing for a call with this registration. */
export function isInPlace({ clients }: Exchange, { url, subscribeHash }: Registration): boolean {
  return clients?.[url]?.subscriptions[subscribeHash] !== undefined;
}

/** Makes ccxt regard a subscription as sent. */
export function place(exchange: Exchange, { url, subscribeHash }: Registration): void {
  // Not `true`, which ccxt's own placeholder is: some classes look for a property of each.
  exchange.client(url).subscriptions[subscribeHash] = {};
}

/** Makes ccxt forget a subscription, so that it subscribes again. */
export function forget({ clients }: Exchange, { url, subscribeHash }: Registration): void {
  const client = clients?.[url];
  if (client) delete client.subscriptions[subscribeHash];
}

/**
 * A refusal of the message under one of its ids, which ccxt keeps because nobody waits for it; null if there is none.
 * ccxt then forgets it.
 */
export function takeRefusal({ clients }: Exchange, url: string, messageIds: readonly string[]): unknown {
  const rejections = clients?.[url]?.rejections ?? {};
  const id = messageIds.find((each) => Object.hasOwn(rejections, each));
  if (id === undefined) return null;
  const refusal: unknown = rejections[id];
  delete rejections[id];
  return refusal;
}

/** The market's own call returns the value. Returns false if none waits. */
export function resolve({ clients }: Exchange, { url, messageHash }: Registration, value: unknown): boolean {
  const client = clients?.[url];
  if (!client || client.futures[messageHash] === undefined) return false;
  client.resolve(value, messageHash);
  return true;
}

/** The market's own call fails with the error. */
export function reject({ clients }: Exchange, { url, messageHash }: Registration, error: unknown): void {
  clients?.[url]?.reject(error, messageHash);
}

/** An object that behaves like the instance, but whose methods can be replaced. */
function copyOf(exchange: Exchange): Exchange {
  return Object.create(exchange);
}

async function settle(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch {
    // It was stopped, or has failed: the caller's variables say which.
  }
}

function toList(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string');
}

function idsOf(message: unknown): readonly string[] {
  if (typeof message !== 'object' || message === null) return [];
  const entries = Object.entries(message).filter(([name]) => /id$|nonce/i.test(name));
  return entries.flatMap(([, value]) => (typeof value === 'string' || typeof value === 'number' ? [`${value}`] : []));
}

function bytesOf(message: unknown): number {
  return Buffer.byteLength(typeof message === 'string' ? message : (JSON.stringify(message) ?? ''));
}
