import type { WebSocket } from 'ws';
import type { ResumedSubscription } from '../../feed/resume/resumed-subscription.ts';
import type { GroupOptions } from './group.ts';
import { GroupSubscription, type SubscriptionHost, type Tally } from './group-subscription.ts';

export interface SingleSubscriptionOptions extends Omit<GroupOptions, 'source'> {
  readonly source: ResumedSubscription<object>;
}

/**
 * A group of one: an operation that begins in the past has a history of its own, which nobody else may join. It is told
 * nothing before it has begun, and the history no faster than its socket takes it.
 */
export class SingleSubscription implements SubscriptionHost {
  readonly #options: SingleSubscriptionOptions;
  #onDrained = (): void => {};
  #isOver = false;

  constructor(options: SingleSubscriptionOptions) {
    this.#options = options;
  }

  get slowConsumer(): Buffer {
    return this.#options.slowConsumer;
  }

  get tally(): Tally {
    return this.#options.tally;
  }

  /** Its member, which is told nothing until graphql-ws has taken it up. To be called once. */
  join(socket: WebSocket, id: string): GroupSubscription {
    return new GroupSubscription(this, socket, id);
  }

  onStart(member: GroupSubscription): void {
    void this.#run(member);
  }

  onStalled(member: GroupSubscription): void {
    this.#options.onStalled(member);
  }

  onDrained(): void {
    this.#onDrained();
  }

  onEnd(member: GroupSubscription): void {
    this.#options.onLeave(member);
    this.close();
  }

  /** Ends the source, and with it the member. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onEnd();
    this.#onDrained();
    void this.#options.source.return();
  }

  async #run(member: GroupSubscription): Promise<void> {
    const { source, headOf } = this.#options;
    let number = 0;
    for await (const event of source) {
      number += 1;
      member.tell(event.key, number, await headOf(event));
      if (source.isReplaying && member.isStalled) await this.#whenDrained();
    }
    member.finish(null);
  }

  #whenDrained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrained = resolve;
    });
  }
}
