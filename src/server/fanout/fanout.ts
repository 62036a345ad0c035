import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, execute } from 'graphql';
import type { WebSocket } from 'ws';
import { Yielding } from '../../base/yielding.ts';
import { ResumedSubscription } from '../../feed/resume/resumed-subscription.ts';
import { FeedSubscription, tooSlow } from '../../feed/topics/feed-subscription.ts';
import { toClientError } from '../../graphql/execution/errors.ts';
import { toEventResult } from '../../graphql/execution/event-result.ts';
import { Group, type GroupOptions } from './group.ts';
import { type DocumentKeys, toGroupKey } from './group-key.ts';
import { type GroupSubscription, type Tally, toPayloadPrefix } from './group-subscription.ts';
import { type Encode, PayloadPrefixes } from './payload-prefix.ts';
import { SingleSubscription } from './single-subscription.ts';

/** Whose operation it is. */
export interface Subscriber {
  readonly socket: WebSocket;
  /** The operation's id. */
  readonly id: string;
  /** Tells who may see what: operations of different scopes never share an answer. */
  readonly scope: string;
}

export interface Fanout {
  /**
   * Takes up a subscription. Resolves with what graphql-ws is to iterate, which yields nothing since the messages are
   * written to the socket from here, or with the errors because of which there is none.
   */
  subscribe(args: ExecutionArgs, subscriber: Subscriber): Promise<GroupSubscription | ExecutionResult>;
  readonly groupCount: number;
  /** How many different answers groups make of an event. */
  readonly payloadCount: number;
  /** Subscriptions of all sockets. */
  readonly memberCount: number;
  readonly tally: Readonly<Tally>;
  /** Ends every group. */
  close(): void;
}

/** How often sockets that were full are looked at, in ms. */
const drainCheckMs = 50;

export interface FanoutOptions {
  /** Makes what the resolvers of a group work with. */
  readonly createContext: () => unknown;
  /** Called with unexpected errors, which are masked. */
  readonly report: (error: unknown) => void;
}

/** Groups the subscriptions of all sockets. */
export function createFanout({ createContext, report }: FanoutOptions): Fanout {
  /** By what makes their subscriptions the same, the groups that another one may join. */
  const joinable = new Map<string, Promise<Group | ExecutionResult>>();
  const groups = new Set<Group>();
  /** Operations that begin in the past, which no other one joins. */
  const singles = new Set<Group | SingleSubscription>();
  const documentKeys: DocumentKeys = new WeakMap();
  const heads = new PayloadPrefixes();
  const stalled = new Set<GroupSubscription>();
  // One event may be executed for thousands of groups.
  const turns = new Yielding();
  const tally: Tally = { messages: 0, conflated: 0, slowConsumers: 0 };
  let timer: NodeJS.Timeout | undefined;
  let unshared = 0;
  let memberCount = 0;

  /** The events of an operation and what makes messages of them, or the errors because of which there are none. */
  async function start(
    given: ExecutionArgs,
  ): Promise<
    | { readonly source: FeedSubscription<object> | ResumedSubscription<object>; readonly encode: Encode }
    | ExecutionResult
  > {
    const args: ExecutionArgs = { ...given, contextValue: await createContext() };
    const source = await createSourceEventStream(args);
    if (source instanceof FeedSubscription || source instanceof ResumedSubscription) {
      const encode: Encode = async (event) => {
        const result = await turns.run(() => execute({ ...args, rootValue: event }));
        return toPayloadPrefix(JSON.stringify(toEventResult(toClientResult(result, report))));
      };
      return { source, encode };
    }
    if (Symbol.asyncIterator in source) throw new TypeError('a subscription whose events are none of the feed');
    return toClientResult(source, report);
  }

  /** What all groups have in common; `onEnd` is called once. */
  function toOptions(payload: string, encode: Encode, onEnd: () => void): Omit<GroupOptions, 'source'> {
    return {
      headOf: heads.take(payload, encode),
      slowConsumer,
      tally,
      onStalled: (member) => {
        stalled.add(member);
        watchStalled();
      },
      onLeave: (member) => {
        memberCount -= 1;
        stalled.delete(member);
      },
      onEnd: () => {
        heads.release(payload);
        onEnd();
      },
    };
  }

  async function open(key: string, given: ExecutionArgs, onEnd: () => void): Promise<Group | ExecutionResult> {
    const started = await start(given);
    if (!('source' in started)) return started;
    const { source, encode } = started;
    if (!(source instanceof FeedSubscription)) throw new TypeError('a shared subscription that begins in the past');
    const options = toOptions(key, encode, () => {
      groups.delete(group);
      onEnd();
    });
    const group = new Group({ source, ...options });
    groups.add(group);
    return group;
  }

  /** The same for an operation that joins no other. */
  async function openSingle(
    payload: string,
    given: ExecutionArgs,
  ): Promise<Group | SingleSubscription | ExecutionResult> {
    const started = await start(given);
    if (!('source' in started)) return started;
    const { source, encode } = started;
    const options = toOptions(payload, encode, () => singles.delete(single));
    // The argument may have been that of another operation in the document.
    const single =
      source instanceof FeedSubscription
        ? new Group({ source, ...options })
        : new SingleSubscription({ source, ...options });
    singles.add(single);
    return single;
  }

  function find(key: string, args: ExecutionArgs): Promise<Group | ExecutionResult> {
    const known = joinable.get(key);
    if (known) return known;
    const opening: Promise<Group | ExecutionResult> = open(key, args, () => forget(key, opening));
    joinable.set(key, opening);
    opening.then(
      (group) => (group instanceof Group ? undefined : forget(key, opening)),
      () => forget(key, opening),
    );
    return opening;
  }

  function forget(key: string, opening: Promise<Group | ExecutionResult>): void {
    if (joinable.get(key) === opening) joinable.delete(key);
  }

  /**
   * While the exchange of a group fails, who comes does not join it, but waits for a start of its own and is refused if
   * none comes. The group is joined again afterwards. One that has lost a symbol, which was delisted, is not joined either.
   */
  async function openBeside(
    key: string,
    args: ExecutionArgs,
    failing: Promise<Group | ExecutionResult>,
  ): Promise<Group | ExecutionResult> {
    forget(key, failing);
    const opened = await find(key, args);
    const group = await failing;
    const isOver = !(group instanceof Group) || group.isOver;
    if (!(opened instanceof Group) && !isOver && !joinable.has(key)) joinable.set(key, failing);
    return opened;
  }

  function watchStalled(): void {
    timer ??= setInterval(() => {
      for (const member of stalled) {
        member.drain();
        if (!member.isStalled) stalled.delete(member);
      }
      if (stalled.size === 0) stopWatching();
    }, drainCheckMs);
  }

  function stopWatching(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    tally,
    get groupCount() {
      return groups.size + singles.size;
    },
    get payloadCount() {
      return heads.payloadCount;
    },
    get memberCount() {
      return memberCount;
    },
    subscribe: async (args, { socket, id, scope }) => {
      const { payload, hasStart } = toGroupKey(args, scope, documentKeys) ?? {
        payload: `unshared ${unshared++}`,
        hasStart: false,
      };
      if (hasStart) {
        const single = await openSingle(payload, args);
        if (!(single instanceof Group || single instanceof SingleSubscription)) return single;
        memberCount += 1;
        return single.join(socket, id);
      }
      while (true) {
        const isJoined = joinable.has(payload);
        const opening = find(payload, args);
        const found = await opening;
        const isFailing = isJoined && found instanceof Group && !found.isOver && !found.isServing;
        const group = isFailing ? await openBeside(payload, args, opening) : found;
        if (!(group instanceof Group)) return group;
        // One that ended meanwhile is in the map no more.
        if (group.isOver) continue;
        memberCount += 1;
        return group.join(socket, id);
      }
    },
    close: () => {
      stopWatching();
      for (const group of [...groups, ...singles]) group.close();
      for (const opening of joinable.values()) {
        opening.then((group) => (group instanceof Group ? group.close() : undefined)).catch(report);
      }
    },
  };
}

const slowConsumer = toPayloadPrefix(JSON.stringify({ data: null, errors: [toClientError(tooSlow(), () => {})] }));

/** A result with its errors as clients may see them. */
function toClientResult(result: ExecutionResult, report: (error: unknown) => void): ExecutionResult {
  return result.errors ? { ...result, errors: result.errors.map((error) => toClientError(error, report)) } : result;
}
