import { MarketDataError } from '../../../market/errors.ts';
import type {
  StreamKind,
  StreamListener,
  StreamMessages,
  StreamRequest,
} from '../../../market/ports/market-streams.ts';
import { errorCodec } from '../../wire/errors.ts';
import { decodeMessage } from '../../wire/stream-messages.ts';
import type { TopicState } from '../protocol/answers.ts';
import type { Entry } from '../protocol/entries.ts';
import { emptyMessages, isList } from '../protocol/kinds.ts';
import type { LiveOptions } from '../protocol/live-options.ts';
import { Sequence, type Taken } from './sequence.ts';

interface Member<K extends StreamKind> {
  readonly request: StreamRequest<K>;
  readonly listener: StreamListener<StreamMessages[K]>;
  /** True until it has received a message since messages may be missing. */
  isFirst: boolean;
}

export interface RemoteTopicOptions<K extends StreamKind>
  extends Pick<LiveOptions, 'clock' | 'time' | 'timing' | 'events'> {
  readonly key: string;
  readonly kind: K;
  /** Asks the owner for its state, in a moment. */
  readonly onBehind: (topic: ReceivedTopic) => void;
}

/** What the connection to an owner needs to know of a topic of any kind. */
export interface ReceivedTopic {
  readonly key: string;
  /** The owner's id for it; null before the first answer. */
  readonly id: number | null;
  /** The number of the last message; null if there is none. */
  readonly after: number | null;
  /** The largest number of levels that a listener wants at the moment. */
  readonly depth: number;
  take(entries: readonly Entry[]): void;
  takeState(state: TopicState): void;
  /** Called with each heartbeat of the owner. `number` is null if the topic has sent nothing in the last seconds. */
  onBeat(number: number | null, isFailing: boolean): void;
  /** Continues without messages that are missing, because the owner does not answer. */
  skip(): void;
  /** Called when the owner can no longer be heard. */
  interrupt(error: MarketDataError): void;
}

/**
 * One topic of another instance's feeds, for its listeners here.
 *
 * A quiet topic and a broken one look the same to a listener, and feeds take long silence for a failure. So while the
 * heartbeats of the owner say that a topic works and has sent nothing new, its listeners are told so at intervals: they
 * receive an empty list, or the last value again. They are told nothing while the owner's own feed fails, while messages
 * are missing, and before the owner has answered.
 */
export class RemoteTopic<K extends StreamKind> implements ReceivedTopic {
  readonly #options: RemoteTopicOptions<K>;
  readonly #members = new Set<Member<K>>();
  readonly #sequence: Sequence;
  #id: number | null = null;
  /** What a listener that comes later receives first; null if nothing is known yet. */
  #last: StreamMessages[K] | null;
  #deliveredAt = Number.NEGATIVE_INFINITY;
  /** Why it sends nothing; null while it works or has never worked. */
  #error: MarketDataError | null = null;
  /** True if the owner itself says so. */
  #isFailing = false;
  /** True once the owner's feed works. */
  #isOpen = false;

  constructor(options: RemoteTopicOptions<K>) {
    this.#options = options;
    this.#sequence = new Sequence(isList(options.kind));
    this.#last = emptyMessages[options.kind];
  }

  get key(): string {
    return this.#options.key;
  }

  get id(): number | null {
    return this.#id;
  }

  get after(): number | null {
    return this.#sequence.number;
  }

  get depth(): number {
    return [...this.#members].reduce((max, { request }) => Math.max(max, request.depth?.() ?? 0), 0);
  }

  get isEmpty(): boolean {
    return this.#members.size === 0;
  }

  /** Adds a listener. Returns a function that removes it. */
  add(request: StreamRequest<K>, listener: StreamListener<StreamMessages[K]>): () => void {
    const member = { request, listener, isFirst: true };
    this.#members.add(member);
    if (this.#id !== null) queueMicrotask(() => this.#welcome(member));
    return () => void this.#members.delete(member);
  }

  take(entries: readonly Entry[]): void {
    const { clock, time, events, kind } = this.#options;
    const now = time.toShared(clock.now());
    for (const entry of entries) {
      const taken = this.#sequence.take(entry);
      if (taken.isRepeated) events.onDrop('repeated');
      if (taken.entries.length > 0) events.onLiveValue(kind, now - entry.at);
      this.#deliverAll(taken);
    }
    if (this.#sequence.isWaiting) this.#options.onBehind(this);
  }

  takeState(state: TopicState): void {
    this.#id = state.id;
    const wasDown = this.#error !== null;
    const taken = this.#sequence.takeState(state);
    // A state that messages have overtaken says nothing about the present.
    const isPresent = this.#sequence.number === state.number;
    for (const each of taken) this.#deliverAll(each);
    if (this.#sequence.isWaiting) this.#options.onBehind(this);
    if (!isPresent) return;
    if (state.error !== null) {
      if (!this.#isFailing) this.#fail(state.error);
      return;
    }
    this.#works();
    // The feed of the owner may have begun anew since the last message.
    if (!state.isOpen) this.#isOpen = false;
    if (!state.isOpen || taken.some(({ entries }) => entries.length > 0)) return;
    if (!this.#isOpen || wasDown) this.#open();
    const isUntold = [...this.#members].some(({ isFirst }) => isFirst);
    if (wasDown || isUntold) this.#confirm();
  }

  onBeat(number: number | null, isFailing: boolean): void {
    if (this.#id === null) return;
    const isBehind = number !== null && this.#sequence.isBehind(number);
    if (isBehind || isFailing !== this.#isFailing) {
      this.#options.onBehind(this);
      return;
    }
    if (this.#error || !this.#isOpen || this.#sequence.isWaiting) return;
    const { clock, timing } = this.#options;
    if (clock.now() - this.#deliveredAt >= timing.confirmMs) this.#confirm();
  }

  skip(): void {
    this.#deliverAll(this.#sequence.skip());
  }

  interrupt(error: MarketDataError): void {
    this.#error = error;
    for (const { listener } of [...this.#members]) listener.onInterrupted(error);
  }

  /** Tells a listener that has come later than others what these know. */
  #welcome(member: Member<K>): void {
    if (!this.#members.has(member) || !member.isFirst) return;
    if (this.#error) member.listener.onInterrupted(this.#error);
    if (this.#error || !this.#isOpen) return;
    member.listener.onOpen?.();
    if (this.#last !== null) this.#send(member, this.#last, false);
  }

  #deliverAll({ entries, isLossy }: Taken): void {
    if (isLossy) {
      for (const member of this.#members) member.isFirst = true;
      this.#options.events.onRepair(this.#options.kind);
    }
    for (const entry of entries) this.#deliver(entry);
    // The next message may be late, and what is missing can be fetched now.
    if (isLossy && entries.length === 0 && !this.#error) this.#confirm();
  }

  #deliver({ type, body }: Entry): void {
    switch (type) {
      case 'value':
      case 'first': {
        const message = this.#decode(body);
        if (message === null) return;
        this.#works();
        this.#isOpen = true;
        this.#deliverMessage(message, type === 'first');
        return;
      }
      case 'error':
        this.#fail(body);
        return;
      case 'open':
        this.#works();
        this.#open();
        return;
      case 'end':
        this.#id = null;
        // What happens until the owner serves the topic again is missing.
        for (const member of this.#members) member.isFirst = true;
        this.#options.onBehind(this);
    }
  }

  #deliverMessage(message: StreamMessages[K], isFirst: boolean): void {
    const { kind } = this.#options;
    if (!isList(kind) || (kind === 'candles' && message !== emptyMessages[kind])) this.#last = message;
    this.#deliveredAt = this.#options.clock.now();
    for (const member of [...this.#members]) this.#send(member, message, isFirst);
  }

  #confirm(): void {
    const message = emptyMessages[this.#options.kind] ?? this.#last;
    if (message !== null) this.#deliverMessage(message, false);
  }

  #send(member: Member<K>, message: StreamMessages[K], isFirst: boolean): void {
    const mayMiss = isFirst || member.isFirst;
    member.isFirst = false;
    member.listener.onMessage(message, mayMiss);
  }

  #fail(body: unknown): void {
    this.#isFailing = true;
    this.interrupt(this.#toError(body));
  }

  #works(): void {
    this.#isFailing = false;
    this.#error = null;
  }

  #open(): void {
    this.#isOpen = true;
    for (const { listener } of [...this.#members]) listener.onOpen?.();
  }

  /** Null for a message that cannot be read. What it contained must be fetched. */
  #decode(body: unknown): StreamMessages[K] | null {
    const { kind, time, events } = this.#options;
    try {
      return decodeMessage(kind, body, time);
    } catch {
      events.onDrop('malformed');
      for (const member of this.#members) member.isFirst = true;
      return null;
    }
  }

  #toError(body: unknown): MarketDataError {
    try {
      return errorCodec.read(body, this.#options.time);
    } catch {
      return new MarketDataError('EXCHANGE_UNAVAILABLE', 'The exchange cannot be reached at the moment.');
    }
  }
}
