import type {
  MarketStreams,
  Stream,
  StreamKind,
  StreamListener,
  StreamMessages,
  StreamRequest,
} from '../../market/ports/market-streams.ts';
import type { Listening } from '../connection/bus.ts';
import { FollowedExchange } from './followed-exchange.ts';
import { unpackAnswer } from './protocol/answers.ts';
import { channels } from './protocol/channels.ts';
import type { LiveOptions } from './protocol/live-options.ts';

export interface ClusterStreamsOptions extends LiveOptions {
  /** The streams of the exchanges themselves. */
  readonly local: MarketStreams;
  /**
   * Called when streams of an exchange are opened, whoever owns it: this instance may have to replace the owner at any
   * moment.
   */
  readonly prepare?: (exchange: string) => void;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
}

/** Live data from the exchange itself if this instance owns it, and otherwise from its owner. */
export class ClusterStreams implements MarketStreams {
  readonly #options: ClusterStreamsOptions;
  readonly #exchanges = new Map<string, FollowedExchange>();
  readonly #answers: Listening;
  readonly #stop: readonly (() => void)[];

  constructor(options: ClusterStreamsOptions) {
    const { bus, owners, channel, events } = options;
    this.#options = options;
    this.#answers = bus.listen(channel(channels.answers(owners.instance)), (bytes) => {
      const answer = unpackAnswer(bytes);
      if (answer) this.#exchanges.get(answer.exchange)?.onAnswer(answer);
      else events.onDrop('malformed');
    });
    this.#stop = [
      owners.onChange(({ exchange, isHandover }) => this.#exchanges.get(exchange)?.update(isHandover)),
      bus.onLoss(() => {
        for (const exchange of this.#exchanges.values()) exchange.onLoss();
      }),
    ];
  }

  /** How many topics this instance receives from others. */
  get remoteTopics(): number {
    return [...this.#exchanges.values()].reduce((sum, { remoteTopics }) => sum + remoteTopics, 0);
  }

  /** Another instance sends everything that its feeds have. Only a stream of an exchange brings liquidations. */
  offers(exchange: string, kind: StreamKind): boolean {
    const isOffered = this.#options.local.offers(exchange, kind);
    return isOffered || kind !== 'liquidations';
  }

  open<K extends StreamKind>(request: StreamRequest<K>, listener: StreamListener<StreamMessages[K]>): Stream {
    const { exchange } = request;
    const followed = this.#exchanges.get(exchange) ?? this.#follow(exchange);
    return followed.open(request, listener, () => {
      if (!followed.isEmpty) return;
      followed.close();
      this.#exchanges.delete(exchange);
    });
  }

  /** Ends all streams from other instances. Those of the exchanges are ended by their own port. */
  close(): void {
    for (const stop of this.#stop) stop();
    for (const exchange of this.#exchanges.values()) exchange.close();
    this.#exchanges.clear();
    this.#answers.close();
  }

  #follow(exchange: string): FollowedExchange {
    const followed = new FollowedExchange({ ...this.#options, exchange, ready: this.#answers.ready });
    this.#exchanges.set(exchange, followed);
    this.#options.prepare?.(exchange);
    return followed;
  }
}
