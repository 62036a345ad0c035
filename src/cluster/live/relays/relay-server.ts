import type { MarketStreams } from '../../../market/ports/market-streams.ts';
import type { Listening } from '../../connection/bus.ts';
import { packAnswer } from '../protocol/answers.ts';
import { channels } from '../protocol/channels.ts';
import { type InterestMessage, unpackInterests } from '../protocol/interests.ts';
import type { LiveOptions } from '../protocol/live-options.ts';
import { Numbering } from './numbering.ts';
import { RelayedExchange } from './relayed-exchange.ts';

/**
 * Publishes the live values of this instance's feeds for the instances that want them. Others say what they want, and
 * must repeat that: an instance that is gone wants nothing. Everything ends when this instance no longer owns the exchange.
 */
export class RelayServer {
  readonly #options: LiveOptions;
  readonly #exchanges = new Map<string, RelayedExchange>();
  readonly #numbering = new Numbering();
  #listening: Listening | null = null;
  #stopWatching = (): void => {};
  /** Interests are taken one after the other: one that ends must not overtake its beginning. */
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  /** How many topics it publishes. */
  get size(): number {
    return [...this.#exchanges.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Starts to publish. `streams` are the live values of this instance's feeds. */
  serve(streams: MarketStreams): void {
    const { bus, owners, channel, events } = this.#options;
    this.#listening = bus.listen(channel(channels.interests(owners.instance)), (bytes) => {
      const message = unpackInterests(bytes);
      if (!message) return events.onDrop('malformed');
      this.#work = this.#work.then(() => this.#take(message, streams));
    });
    this.#stopWatching = owners.onChange(({ exchange, owner }) => {
      if (owner.kind !== 'self') this.#end(exchange);
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#listening?.close();
    this.#stopWatching();
    for (const exchange of this.#exchanges.keys()) this.#end(exchange);
  }

  async #take(message: InterestMessage, streams: MarketStreams): Promise<void> {
    if (this.#isClosed) return;
    const { exchange } = message;
    const isOwner = this.#options.owners.ownerOf(exchange).kind === 'self';
    if (!isOwner) {
      this.#end(exchange);
      if (message.wanted.length > 0) this.#refuse(message);
      return;
    }
    const known = this.#exchanges.get(exchange);
    const relayed = known?.isClosed === false ? known : this.#start(exchange, streams);
    await relayed.take(message);
  }

  #start(exchange: string, streams: MarketStreams): RelayedExchange {
    const relayed = new RelayedExchange({ ...this.#options, exchange, streams, numbering: this.#numbering });
    this.#exchanges.set(exchange, relayed);
    return relayed;
  }

  #refuse({ from, exchange }: InterestMessage): void {
    const { bus, owners, channel } = this.#options;
    const answer = packAnswer({ instance: owners.instance, fence: 0 }, exchange, null);
    // Without an answer, the other instance asks again.
    bus.publish(channel(channels.answers(from)), answer).catch(() => {});
  }

  #end(exchange: string): void {
    this.#exchanges.get(exchange)?.close();
    this.#exchanges.delete(exchange);
  }
}
