import type { Clock } from '../../../base/clock.ts';
import type { MarketDataError } from '../../../market/errors.ts';
import { toStale } from '../../../market/model/staleness.ts';
import type { MarketStreams, Stream, StreamKind, StreamMessages } from '../../../market/ports/market-streams.ts';
import type { SharedTime } from '../../members/shared-time.ts';
import { errorCodec } from '../../wire/errors.ts';
import { encodeMessage } from '../../wire/stream-messages.ts';
import { writeState } from '../protocol/answers.ts';
import { type EntryType, writeEntry } from '../protocol/entries.ts';
import type { Interest } from '../protocol/interests.ts';
import { isList } from '../protocol/kinds.ts';
import type { TopicRequest } from '../protocol/topic-key.ts';
import { Backlog } from './backlog.ts';
import { Outbox, type Sent } from './outbox.ts';

type Message = StreamMessages[StreamKind];

export interface RelayOptions {
  readonly key: string;
  /** Not used for any other relay of this exchange. */
  readonly id: number;
  readonly request: TopicRequest;
  readonly streams: Pick<MarketStreams, 'open'>;
  readonly clock: Clock;
  readonly time: SharedTime;
  /** The number of the message before the first one. */
  readonly startNumber: number;
  /** Publishes entries. Resolves in any case; null if this instance does not own the exchange, and nothing was published. */
  readonly publish: (entries: readonly string[]) => Promise<void> | null;
}

/** The interest of one instance. */
interface Interested {
  readonly depth: number;
  /** When it expires, epoch ms. */
  readonly until: number;
}

/**
 * Publishes one topic of this instance's feeds for other instances while at least one of them is interested. Each message
 * is written and published once, whatever their number. While one is on its way, others wait in the outbox.
 */
export class Relay {
  readonly key: string;
  readonly id: number;
  readonly #options: RelayOptions;
  readonly #isList: boolean;
  readonly #interested = new Map<string, Interested>();
  readonly #outbox: Outbox<Message>;
  readonly #backlog = new Backlog();
  readonly #stream: Stream;
  #number: number;
  /** When it last published something, epoch ms. */
  #publishedAt = Number.NEGATIVE_INFINITY;
  /** The last published value. */
  #last: { readonly at: number; readonly message: Message } | null = null;
  #error: MarketDataError | null = null;
  #isOpen = false;
  #isPublishing = false;
  #isClosed = false;

  constructor(options: RelayOptions) {
    const { key, id, request, streams, startNumber } = options;
    this.#options = options;
    this.key = key;
    this.id = id;
    this.#number = startNumber;
    this.#isList = isList(request.kind);
    this.#outbox = new Outbox(!this.#isList);
    this.#stream = streams.open<StreamKind>(
      { ...request, depth: () => this.depth },
      {
        onOpen: () => this.#open(),
        onMessage: (message, isFirst) => this.#take(message, isFirst),
        onInterrupted: (error) => this.#fail(error),
      },
    );
  }

  /** The number of its last message. */
  get number(): number {
    return this.#number;
  }

  get publishedAt(): number {
    return this.#publishedAt;
  }

  get isFailing(): boolean {
    return this.#error !== null;
  }

  get isWanted(): boolean {
    return this.#interested.size > 0;
  }

  /** The largest number of levels that an instance wants. */
  get depth(): number {
    return [...this.#interested.values()].reduce((max, { depth }) => Math.max(max, depth), 0);
  }

  want(instance: string, depth: number, until: number): void {
    this.#interested.set(instance, { depth, until });
  }

  leave(instance: string): void {
    this.#interested.delete(instance);
  }

  /** Removes the interests that have expired. */
  expire(now: number): void {
    for (const [instance, { until }] of this.#interested) if (until <= now) this.#interested.delete(instance);
  }

  /** The state for an instance that has the messages up to `after`. */
  stateFor({ after }: Pick<Interest, 'after'>): string {
    const { key, id } = this;
    const { time } = this.#options;
    const error = this.#error && errorCodec.write(this.#error, time);
    return writeState({
      key,
      id,
      number: this.#number,
      isOpen: this.#isOpen,
      error,
      entries: this.#missingAfter(after),
    });
  }

  /** Tells its listeners that it ends, and ends. */
  end(): void {
    this.#number += 1;
    const { clock, time, publish } = this.#options;
    void publish([writeEntry(this.#number, time.toShared(clock.now()), 'end', null)]);
    this.close();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stream.close();
  }

  #missingAfter(after: number | null): readonly string[] {
    if (after === null) return this.#writeLatest();
    if (after >= this.#number) return [];
    return (this.#isList ? this.#backlog.after(after) : null) ?? this.#writeLatest();
  }

  /** The latest value, if it says something to a receiver that has nothing. */
  #writeLatest(): readonly string[] {
    const { kind } = this.#options.request;
    const last = this.#last;
    if (!last || kind === 'trades' || kind === 'liquidations') return [];
    if (!this.isFailing) return [this.#write({ type: 'value', ...last }, this.#number)];
    // An old value must not look like a new one.
    if (!('stale' in last.message)) return [];
    return [this.#write({ type: 'value', at: last.at, message: toStale(last.message) }, this.#number)];
  }

  #open(): void {
    if (this.#isClosed) return;
    this.#isOpen = true;
    this.#error = null;
    this.#add({ type: 'open', at: this.#now() });
  }

  #take(message: Message, isFirst: boolean): void {
    if (this.#isClosed) return;
    this.#isOpen = true;
    this.#error = null;
    this.#add({ type: isFirst ? 'first' : 'value', at: this.#now(), message });
  }

  #fail(error: MarketDataError): void {
    if (this.#isClosed) return;
    this.#error = error;
    this.#add({ type: 'error', at: this.#now(), error });
  }

  #add(sent: Sent<Message>): void {
    this.#outbox.add(sent);
    void this.#publish();
  }

  async #publish(): Promise<void> {
    if (this.#isPublishing) return;
    this.#isPublishing = true;
    while (!this.#outbox.isEmpty && !this.#isClosed) {
      const texts = this.#outbox.takeAll().map((sent) => this.#toEntry(sent));
      this.#publishedAt = this.#options.clock.now();
      const published = this.#options.publish(texts);
      if (!published) break;
      await published;
    }
    this.#isPublishing = false;
  }

  /** Gives the next message its number, and remembers it. */
  #toEntry(sent: Sent<Message>): string {
    this.#number += 1;
    if ('message' in sent) this.#last = sent;
    const text = this.#write(sent, this.#number);
    if (this.#isList) this.#backlog.add(this.#number, text);
    return text;
  }

  #write(sent: Sent<Message>, number: number): string {
    const { request, time } = this.#options;
    const write = (type: EntryType, body: Parameters<typeof writeEntry>[3]): string =>
      writeEntry(number, sent.at, type, body);
    if (sent.type === 'error') return write('error', errorCodec.write(sent.error, time));
    if (sent.type === 'open') return write('open', null);
    return write(sent.type, encodeMessage<StreamKind>(request.kind, sent.message, time));
  }

  #now(): number {
    const { clock, time } = this.#options;
    return time.toShared(clock.now());
  }
}
