import type { Listening } from '../connection/bus.ts';
import type { Json } from '../wire/fields.ts';
import { type Attempt, type OtherOwner, PendingRequests } from './pending-requests.ts';
import { channels, packRequest, unpackReply } from './protocol/messages.ts';
import type { RequestOptions } from './protocol/request-options.ts';

/** A request without its id, which is another one each time that it is sent. */
export interface SentRequest {
  readonly exchange: string;
  readonly method: string;
  readonly query: Json;
  readonly options: Json;
  /** Until when its sender waits, epoch ms. */
  readonly deadline: number;
}

/** Sends requests, and receives the replies to this instance. */
export class RequestSender {
  readonly #options: RequestOptions;
  readonly #pending: PendingRequests;
  readonly #replies: Listening;
  readonly #stops: readonly (() => void)[];

  constructor(options: RequestOptions) {
    const { bus, owners, channel } = options;
    this.#options = options;
    this.#pending = new PendingRequests(options);
    this.#replies = bus.listen(channel(channels.replies(owners.instance)), (bytes) => this.#onReply(bytes));
    this.#stops = [
      owners.onChange(({ exchange }) => this.#pending.check(exchange)),
      bus.onLoss(() => this.#pending.settleAll({ kind: 'lost' })),
    ];
  }

  /**
   * Sends the request, and waits for the reply. Sends it again at intervals: if the connection of the owner is cut, it
   * gets lost although the owner remains the owner. The owner leaves it out if it is still working on it.
   */
  send(owner: OtherOwner, request: SentRequest, timeoutMs: number): Promise<Attempt> {
    const { exchange } = request;
    return new Promise((resolve) => {
      const publish = async (): Promise<void> => {
        if (!(await this.#publish(owner, pending.id, request))) pending.settle({ kind: 'unreachable' });
      };
      const pending = this.#pending.add({ exchange, owner, timeoutMs, onSilence: publish, onEnd: resolve });
      void publish();
    });
  }

  /** False if the message has reached nobody. */
  async #publish({ instance }: OtherOwner, id: number, request: SentRequest): Promise<boolean> {
    const { bus, owners, clock, time, channel } = this.#options;
    await this.#replies.ready;
    // Its time may be over by now.
    if (!this.#pending.has(id)) return true;
    const { method, query, options, deadline } = request;
    const now = clock.now();
    const terms = { sentAt: time.toShared(now), timeoutMs: deadline - now };
    const message = packRequest({ id, from: owners.instance, method, query, options, ...terms });
    try {
      const receivers = await bus.publish(channel(channels.requests(instance)), message);
      if (receivers === 0) owners.onUnreachable(instance);
      return receivers > 0;
    } catch {
      return false;
    }
  }

  #onReply(bytes: Buffer): void {
    const { owners, events } = this.#options;
    const reply = unpackReply(bytes);
    if (typeof reply === 'string') {
      events.onRefused(reply);
      return;
    }
    const pending = this.#pending.get(reply.id);
    if (pending?.exchange !== reply.exchange || pending.owner.instance !== reply.from) return;
    const isHeard = reply.outcome === 'notOwner' || owners.hear(reply.exchange, reply.from, reply.fence);
    pending.settle(isHeard ? { kind: 'reply', reply } : { kind: 'moved' });
  }

  /** Ends all attempts as lost. */
  close(): void {
    this.#replies.close();
    for (const stop of this.#stops) stop();
    this.#pending.settleAll({ kind: 'lost' });
  }
}
