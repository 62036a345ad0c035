import type { ExecutionArgs, ExecutionResult } from 'graphql';
import { Group } from './group.ts';

/** A group that has begun, or the errors that prevented it. */
type Opened = Group | ExecutionResult;

/** Opens a group. `onEnd` must be called once, when the group has ended. */
export type OpenGroup = (payload: string, args: ExecutionArgs, onEnd: () => void) => Promise<Opened>;

/** The groups that other subscriptions can join, by payload key. */
export class JoinableGroups {
  readonly #open: OpenGroup;
  readonly #groups = new Map<string, Promise<Opened>>();

  constructor(open: OpenGroup) {
    this.#open = open;
  }

  /**
   * Finds the group of a payload key, or opens one. The group can have ended by the time that the caller receives it.
   */
  async find(payload: string, args: ExecutionArgs): Promise<Opened> {
    const isJoined = this.#groups.has(payload);
    const opening = this.#findOrOpen(payload, args);
    const found = await opening;
    const isFailing = isJoined && found instanceof Group && !found.isOver && !found.isReady;
    return isFailing ? this.#openBeside(payload, args, opening) : found;
  }

  /** The groups that have begun or are about to begin. */
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
   * While the exchange of a group fails, a new subscription does not join the group. It starts separately, and is
   * refused if nothing arrives. The group can be joined again afterwards. A group with a symbol that was delisted
   * cannot be joined either.
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
