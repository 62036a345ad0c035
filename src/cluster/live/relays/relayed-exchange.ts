import { inSlices } from '../../../base/in-slices.ts';
import type { MarketStreams } from '../../../market/ports/market-streams.ts';
import { packAnswer } from '../protocol/answers.ts';
import { packBeat } from '../protocol/beats.ts';
import { channels } from '../protocol/channels.ts';
import type { Interest, InterestMessage } from '../protocol/interests.ts';
import type { LiveOptions } from '../protocol/live-options.ts';
import { type TopicRequest, toTopicRequest } from '../protocol/topic-key.ts';
import { packUpdate } from '../protocol/updates.ts';
import type { Numbering } from './numbering.ts';
import { Relay } from './relay.ts';

export interface RelayedExchangeOptions extends LiveOptions {
  readonly exchange: string;
  readonly streams: MarketStreams;
  readonly numbering: Numbering;
}

/** An answer with more characters than this is sent in parts. */
const maxAnswerCharacters = 65_536;

/** For how many heartbeats the number of a topic's last message is repeated. */
const repeatedBeats = 5;

/**
 * The topics of one exchange that this instance publishes for others, for as long as it owns the exchange. That is
 * checked before each message: after a pause, this instance may own nothing any more.
 */
export class RelayedExchange {
  readonly #options: RelayedExchangeOptions;
  readonly #relays = new Map<string, Relay>();
  #isBeating = false;
  #cancelTick: (() => void) | null = null;
  #isClosed = false;

  constructor(options: RelayedExchangeOptions) {
    this.#options = options;
  }

  /** How many topics it publishes. */
  get size(): number {
    return this.#relays.size;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The fencing number of the lease; null if this instance does not own the exchange. */
  get fence(): number | null {
    const owner = this.#options.owners.ownerOf(this.#options.exchange);
    return owner.kind === 'self' && !this.#isClosed ? owner.fence : null;
  }

  /** Serves what an instance wants, and answers. */
  async take({ from, wanted, left }: InterestMessage): Promise<void> {
    for (const key of left) this.#leave(key, from);
    let states: string[] = [];
    let characters = 0;
    await inSlices(wanted, (interest) => {
      const state = this.#want(from, interest);
      if (state === null) return;
      states.push(state);
      characters += state.length;
      if (characters < maxAnswerCharacters) return;
      this.#answer(from, states);
      states = [];
      characters = 0;
    });
    if (states.length > 0) this.#answer(from, states);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTick?.();
    for (const relay of this.#relays.values()) {
      relay.close();
      // Nobody is told that it ends, so receivers must see a gap if this instance serves the topic again.
      this.#options.numbering.onEnd(relay.number + 1);
    }
    this.#relays.clear();
  }

  /** The answer; null if none is needed. */
  #want(from: string, interest: Interest): string | null {
    if (this.fence === null) return null;
    const { clock, timing } = this.#options;
    const relay = this.#relays.get(interest.key) ?? this.#start(interest.key);
    if (!relay) return null;
    relay.want(from, interest.depth, clock.now() + timing.interestMs);
    return interest.id === relay.id ? null : relay.stateFor(interest);
  }

  #start(key: string): Relay | null {
    const request = this.#toRequest(key);
    if (!request) return null;
    const { streams, clock, time, numbering } = this.#options;
    const relay = new Relay({
      ...{ key, request, streams, clock, time },
      id: numbering.takeId(),
      startNumber: numbering.startNumber,
      publish: (entries) => this.#publish(channels.topic(key), (sender) => packUpdate(sender, entries)),
    });
    this.#relays.set(key, relay);
    this.#cancelTick ??= this.#schedule();
    return relay;
  }

  /** Null for text that is not the key of a topic of this exchange. */
  #toRequest(key: string): TopicRequest | null {
    const { exchange, events } = this.#options;
    try {
      const request = toTopicRequest(key);
      if (request.exchange === exchange) return request;
    } catch {
      // Counted below.
    }
    events.onDrop('malformed');
    return null;
  }

  #leave(key: string, instance: string): void {
    const relay = this.#relays.get(key);
    if (!relay) return;
    relay.leave(instance);
    if (!relay.isWanted) this.#remove(relay);
  }

  #remove(relay: Relay): void {
    relay.end();
    this.#options.numbering.onEnd(relay.number);
    this.#relays.delete(relay.key);
  }

  #answer(to: string, states: readonly string[]): void {
    const { exchange } = this.#options;
    void this.#publish(channels.answers(to), (sender) => packAnswer(sender, exchange, states));
  }

  /** Null if this instance does not own the exchange. The promise never rejects: receivers ask for what they lack. */
  #publish(
    channel: string,
    pack: (sender: { readonly instance: string; readonly fence: number }) => Buffer,
  ): Promise<void> | null {
    const { bus, owners, channel: nameOf } = this.#options;
    const { fence } = this;
    if (fence === null) return null;
    return bus.publish(nameOf(channel), pack({ instance: owners.instance, fence })).then(
      () => {},
      () => {},
    );
  }

  #schedule(): () => void {
    const { clock, timing } = this.#options;
    return clock.after(timing.beatMs, () => {
      this.#cancelTick = this.#schedule();
      this.#tick();
    });
  }

  #tick(): void {
    if (this.fence === null) {
      this.close();
      return;
    }
    const now = this.#options.clock.now();
    for (const relay of this.#relays.values()) {
      relay.expire(now);
      if (!relay.isWanted) this.#remove(relay);
    }
    if (this.#relays.size > 0) {
      this.#beat(now);
      return;
    }
    this.#cancelTick?.();
    this.#cancelTick = null;
  }

  #beat(now: number): void {
    // While Redis is slow, heartbeats do not queue up.
    if (this.#isBeating) return;
    const { exchange, time, timing } = this.#options;
    const since = now - repeatedBeats * timing.beatMs;
    const relays = [...this.#relays.values()];
    const numbers = relays
      .filter(({ publishedAt }) => publishedAt >= since)
      .map(({ id, number }) => [id, number] as const);
    const failing = relays.filter(({ isFailing }) => isFailing).map(({ id }) => id);
    const rest = { at: time.toShared(now), numbers: new Map(numbers), failing: new Set(failing) };
    const published = this.#publish(channels.beats(exchange), (sender) => packBeat({ ...sender, ...rest }));
    if (!published) return;
    this.#isBeating = true;
    void published.then(() => {
      this.#isBeating = false;
    });
  }
}
