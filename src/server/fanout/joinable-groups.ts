import type { ExecutionArgs, ExecutionResult } from 'graphql';
import { Group } from './group.ts';
import type { GroupKey } from './group-key.ts';
import { WatchList } from './watch-list.ts';

/** A group that other subscriptions can join. */
export type JoinableGroup = Group | WatchList;

/** A group that has begun, or the errors that prevented it. */
export type Opened = JoinableGroup | ExecutionResult;

/** Opens a group. `onEnd` must be called once, when the group has ended. */
export type OpenGroup = (key: GroupKey, args: ExecutionArgs, onEnd: () => void) => Promise<Opened>;

export function isJoinable(opened: Opened): opened is JoinableGroup {
  return opened instanceof Group || opened instanceof WatchList;
}

/** The groups that other subscriptions can join, by group key. */
export class JoinableGroups {
  readonly #open: OpenGroup;
  readonly #groups = new Map<string, Promise<Opened>>();

  constructor(open: OpenGroup) {
    this.#open = open;
  }

  /**
   * Finds the group of a key, or opens one. The group can have ended by the time that the caller receives it.
   */
  async find(key: GroupKey, args: ExecutionArgs): Promise<Opened> {
    const isJoined = this.#groups.has(key.group);
    const opening = this.#findOrOpen(key, args);
    const found = await opening;
    const isFailing = isJoined && isJoinable(found) && !found.isOver && !found.isReady;
    return isFailing ? this.#openBeside(key, args, opening) : found;
  }

  /** The groups that have begun or are about to begin. */
  values(): Iterable<Promise<Opened>> {
    return this.#groups.values();
  }

  #findOrOpen(key: GroupKey, args: ExecutionArgs): Promise<Opened> {
    const known = this.#groups.get(key.group);
    if (known) return known;
    const opening: Promise<Opened> = this.#open(key, args, () => this.#forget(key, opening));
    this.#groups.set(key.group, opening);
    opening.then(
      (group) => (isJoinable(group) ? undefined : this.#forget(key, opening)),
      () => this.#forget(key, opening),
    );
    return opening;
  }

  #forget(key: GroupKey, opening: Promise<Opened>): void {
    if (this.#groups.get(key.group) === opening) this.#groups.delete(key.group);
  }

  /**
   * While the exchange of a group fails, a new subscription does not join the group. It starts separately, and is
   * refused if nothing arrives. The group can be joined again afterwards. A group with a symbol that was delisted
   * cannot be joined either.
   */
  async #openBeside(key: GroupKey, args: ExecutionArgs, failing: Promise<Opened>): Promise<Opened> {
    this.#forget(key, failing);
    const opened = await this.#findOrOpen(key, args);
    const group = await failing;
    const isOver = !isJoinable(group) || group.isOver;
    if (!isJoinable(opened) && !isOver && !this.#groups.has(key.group)) this.#groups.set(key.group, failing);
    return opened;
  }
}
