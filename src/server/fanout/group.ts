import { setImmediate as nextTurn } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import type { FeedSubscription } from '../../feed/topics/feed-subscription.ts';
import { GroupSubscription, type SubscriptionHost, type Tally } from './group-subscription.ts';
import type { Encode } from './payload-prefix.ts';

export interface GroupOptions {
  /** What a member is told when it cannot take all that it must be told: the head of a message. */
  readonly slowConsumer: Buffer;
  readonly tally: Tally;
  readonly source: FeedSubscription<object>;
  /** The head of the messages for one event. Asked again for the same value, as for those who join while it is the latest, it has it already. */
  readonly headOf: Encode;
  /** Called while a member waits for its socket to drain. */
  readonly onStalled: (member: GroupSubscription) => void;
  /** Called once for each member. */
  readonly onLeave: (member: GroupSubscription) => void;
  /** Called once, when the source has ended or nobody is left. */
  readonly onEnd: () => void;
}

/** How many sockets are written to before others get their turn. */
const chunk = 500;

/** Operations that are the same: executed once for each event, and the same bytes told to all. */
export class Group implements SubscriptionHost {
  readonly #options: GroupOptions;
  readonly #members = new Set<GroupSubscription>();
  /** Set once the first member has begun. The source is read a turn later: what it has by then is for all who wait. */
  #reading: Promise<void> | null = null;
  #isReading = false;
  #isOver = false;

  constructor(options: GroupOptions) {
    this.#options = options;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** True while one who joined now would receive something at once, or as soon as there is something. */
  get isServing(): boolean {
    return this.#options.source.isReady;
  }

  get slowConsumer(): Buffer {
    return this.#options.slowConsumer;
  }

  get tally(): Tally {
    return this.#options.tally;
  }

  /** A member more, which is told nothing until graphql-ws has taken it up. */
  join(socket: WebSocket, id: string): GroupSubscription {
    const member = new GroupSubscription(this, socket, id);
    this.#members.add(member);
    return member;
  }

  onStart(member: GroupSubscription): void {
    if (this.#isReading) void this.#welcome(member);
    else this.#reading ??= nextTurn().then(() => this.#run());
  }

  onStalled(member: GroupSubscription): void {
    this.#options.onStalled(member);
  }

  onEnd(member: GroupSubscription): void {
    this.#members.delete(member);
    this.#options.onLeave(member);
    if (this.#members.size === 0) this.close();
  }

  /** Tells a member that has begun the latest known. */
  async #welcome(member: GroupSubscription): Promise<void> {
    const { latest, offered } = this.#options.source;
    member.expect(
      latest.map(({ key }) => key),
      offered,
    );
    for (const event of latest) member.welcome(event.key, await this.#options.headOf(event));
  }

  /** Ends the source, and with it the members. Nobody joins any more. */
  close(): void {
    this.#checkOver();
    void this.#options.source.return();
  }

  async #run(): Promise<void> {
    this.#isReading = true;
    let last: Buffer | null = null;
    const { source } = this.#options;
    for await (const event of source) {
      const number = source.taken;
      const head = await this.#options.headOf(event);
      last = head;
      let told = 0;
      for (const member of this.#members) {
        member.tell(event.key, number, head);
        told += 1;
        if (told % chunk === 0) await nextTurn();
      }
    }
    this.#checkOver();
    for (const member of [...this.#members]) member.finish(last);
  }

  #checkOver(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onEnd();
  }
}
