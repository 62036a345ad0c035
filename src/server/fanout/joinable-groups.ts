import type { ExecutionArgs, ExecutionResult } from 'graphql';
import { Group } from './group.ts';

/** A group that has begun, or the errors that kept it from that. */
type Opened = Group | ExecutionResult;

/** Opens a group; `onEnd` is to be called once, when the group has ended. */
export type OpenGroup = (payload: string, args: ExecutionArgs, onEnd: () => void) => Promise<Opened>;

/** The groups that another subscription may join, by payload. */
export class JoinableGroups {
  readonly #open: OpenGroup;
  readonly #groups = new Map<string, Promise<Opened>>();

  constructor(open: OpenGroup) {
    this.#open = open;
  }

  /** The group of a payload, opened if there is none. It may be over by the time that the caller has it. */
  async find(payload: string, args: ExecutionArgs): Promise<Opened> {
    const isJoined = this.#groups.has(payload);
    const opening = this.#findOrOpen(payload, args);
    const found = await opening;
    const isFailing = isJoined && found instanceof Group && !found.isOver && !found.isReady;
    return isFailing ? this.#openBeside(payload, args, opening) : found;
  }

  /** Those that have begun, or are about to. */
  values(): Iterable<Promise<Opened>> {
    return this.#groups.values();
  }

  #findOrOpen(payload: string, args: ExecutionArgs): Promise<Opened> {
    const known = this.#groups.get(payload);
    if (known) return known;
    const opening: Promise<Opened> = this.#open(payload, args, () => this.#forget(payload, opening));
    this.#groups.set(payload, opening);
    opening.then(
      (group) => (group instanceof Group ? undefined : this.#forget(payload, opening)),
      () => this.#forget(payload, opening),
    );
    return opening;
  }

  #forget(payload: string, opening: Promise<Opened>): void {
    if (this.#groups.get(payload) === opening) this.#groups.delete(payload);
  }

  /**
   * While the exchange of a group fails, a new subscription does not join the group: it waits for a start of its own, and
   * is refused if none comes. The group may be joined again afterwards. A group that has lost a symbol, which was delisted,
   * is not joined either.
   */
  async #openBeside(payload: string, args: ExecutionArgs, failing: Promise<Opened>): Promise<Opened> {
    this.#forget(payload, failing);
    const opened = await this.#findOrOpen(payload, args);
    const group = await failing;
    const isOver = !(group instanceof Group) || group.isOver;
    if (!(opened instanceof Group) && !isOver && !this.#groups.has(payload)) this.#groups.set(payload, failing);
    return opened;
  }
}
