import { MarketDataError } from '../../../market/errors.ts';
import type {
  Stream,
  StreamKind,
  StreamListener,
  StreamMessages,
  StreamRequest,
} from '../../../market/ports/market-streams.ts';
import type { Listening } from '../../connection/bus.ts';
import type { Answer } from '../protocol/answers.ts';
import { type Beat, unpackBeat } from '../protocol/beats.ts';
import { channels } from '../protocol/channels.ts';
import type { LiveOptions } from '../protocol/live-options.ts';
import type { Sender } from '../protocol/read-message.ts';
import { toTopicKey } from '../protocol/topic-key.ts';
import { unpackUpdate } from '../protocol/updates.ts';
import { InterestBatch } from './interest-batch.ts';
import { Registration } from './registration.ts';
import { type ReceivedTopic, RemoteTopic } from './remote-topic.ts';

export interface RemoteOwnerOptions extends LiveOptions, Sender {
  readonly exchange: string;
  /** Resolves once answers to this instance arrive. */
  readonly ready: Promise<void>;
}

type TopicsByKind = { readonly [K in StreamKind]: Map<string, RemoteTopic<K>> };

/**
 * The live data of one exchange from one owner, for as long as that instance owns the exchange with the same fencing
 * number. Messages with any other number are not from this owner, and are not delivered.
 *
 * The owner can fall silent although it still owns the exchange: it hangs, or Redis passes on nothing. Then all topics are
 * interrupted, as if the connection to an exchange had broken, and continue when the owner is heard again.
 */
export class RemoteOwner {
  readonly #options: RemoteOwnerOptions;
  readonly #topics: TopicsByKind = {
    ticker: new Map(),
    orderBook: new Map(),
    candles: new Map(),
    trades: new Map(),
    fundingRate: new Map(),
    liquidations: new Map(),
    allTickers: new Map(),
    openInterest: new Map(),
  };
  readonly #registrations = new Map<string, Registration>();
  readonly #batch: InterestBatch;
  readonly #beats: Listening;
  /** When it was last heard, epoch ms. */
  #heardAt: number;
  #isSilent = false;
  #cancelTick: () => void;
  #isClosed = false;

  constructor(options: RemoteOwnerOptions) {
    const { bus, clock, channel, exchange } = options;
    this.#options = options;
    this.#batch = new InterestBatch(options);
    this.#heardAt = clock.now();
    this.#beats = bus.listen(channel(channels.beats(exchange)), (bytes) => {
      const beat = unpackBeat(bytes);
      if (!beat) options.events.onDrop('malformed');
      else if (this.#hears(beat)) this.#onBeat(beat);
    });
    this.#cancelTick = this.#schedule();
  }

  get instance(): string {
    return this.#options.instance;
  }

  get fence(): number {
    return this.#options.fence;
  }

  /** How many topics it receives. */
  get size(): number {
    return this.#registrations.size;
  }

  open<K extends StreamKind>(request: StreamRequest<K>, listener: StreamListener<StreamMessages[K]>): Stream {
    const topic = this.#topicOf(request);
    const remove = topic.add(request, listener);
    return {
      redial: () => this.#registrations.get(topic.key)?.ask(),
      close: () => {
        remove();
        if (topic.isEmpty) this.#remove(request.kind, topic.key);
      },
    };
  }

  onAnswer(answer: Answer): void {
    if (answer.states === null) {
      // An instance that does not own the exchange does not know the fencing number. Redis knows the owner.
      if (answer.instance === this.instance) this.#options.owners.onUnreachable(this.instance);
      return;
    }
    if (!this.#hears(answer)) return;
    this.#hear();
    for (const state of answer.states) this.#registrations.get(state.key)?.onState(state);
  }

  /** Called when messages may have been lost. */
  onLoss(): void {
    for (const registration of this.#registrations.values()) registration.ask();
  }

  /** Ends all streams. `isLeaving`: tells the owner, which otherwise learns from the change itself that it is none. */
  close(isLeaving: boolean): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#batch.close(isLeaving);
    this.#beats.close();
    this.#cancelTick();
    for (const registration of this.#registrations.values()) registration.close();
  }

  #topicOf<K extends StreamKind>(request: StreamRequest<K>): RemoteTopic<K> {
    const { kind } = request;
    const key = toTopicKey(request);
    const known = this.#topics[kind].get(key);
    if (known) return known;
    const topic = new RemoteTopic<K>({
      ...this.#options,
      key,
      kind,
      onBehind: () => this.#registrations.get(key)?.ask(),
    });
    this.#topics[kind].set(key, topic);
    this.#registrations.set(key, this.#register(topic));
    return topic;
  }

  #register(topic: ReceivedTopic): Registration {
    const { bus, channel, events, ready } = this.#options;
    const listening = bus.listen(channel(channels.topic(topic.key)), (bytes) => {
      const update = unpackUpdate(bytes);
      if (!update) return events.onDrop('malformed');
      if (!this.#hears(update)) return;
      const isLate = !this.#isFresh(Math.max(...update.entries.map(({ at }) => at)));
      // The owner is asked for what it has sent when it is heard again.
      if (this.#isSilent && isLate) return events.onDrop('late');
      if (!isLate) this.#hear();
      topic.take(update.entries);
    });
    const isReady = Promise.all([ready, listening.ready, this.#beats.ready]);
    return new Registration({ ...this.#options, topic, listening, isReady, batch: this.#batch });
  }

  #remove(kind: StreamKind, key: string): void {
    this.#topics[kind].delete(key);
    this.#registrations.get(key)?.close();
    this.#registrations.delete(key);
    if (!this.#isClosed) this.#batch.leave(key);
  }

  /** True if a message comes from this owner. */
  #hears({ instance, fence }: Sender): boolean {
    const { owners, exchange, events } = this.#options;
    const isHeard = owners.hear(exchange, instance, fence);
    if (!isHeard) events.onDrop('former_owner');
    return isHeard && !this.#isClosed && instance === this.instance && fence === this.fence;
  }

  #isFresh(at: number): boolean {
    const { time, clock, timing } = this.#options;
    return time.toShared(clock.now()) - at < timing.missingMs;
  }

  /** Called with each sign of life. */
  #hear(): void {
    this.#heardAt = this.#options.clock.now();
    if (!this.#isSilent) return;
    this.#isSilent = false;
    this.onLoss();
  }

  #onBeat({ at, numbers, failing }: Beat): void {
    if (!this.#isFresh(at)) return;
    const wasSilent = this.#isSilent;
    this.#hear();
    if (wasSilent) return;
    for (const { topic } of this.#registrations.values()) {
      if (topic.id !== null) topic.onBeat(numbers.get(topic.id) ?? null, failing.has(topic.id));
    }
  }

  #schedule(): () => void {
    const { clock, timing } = this.#options;
    return clock.after(timing.beatMs, () => {
      this.#cancelTick = this.#schedule();
      this.#tick();
    });
  }

  #tick(): void {
    const { clock, timing, exchange } = this.#options;
    for (const registration of this.#registrations.values()) registration.onTick();
    if (this.#isSilent || clock.now() - this.#heardAt < timing.missingMs) return;
    this.#isSilent = true;
    const message = `The instance of this server that calls ${exchange} does not answer at the moment.`;
    const error = new MarketDataError('EXCHANGE_UNAVAILABLE', message, { exchange });
    for (const { topic } of [...this.#registrations.values()]) topic.interrupt(error);
  }
}
