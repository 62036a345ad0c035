import type { Interval } from './candles.ts';
import type { VenueEvent } from './events.ts';
import type { VenueMarket, VenueModel } from './model.ts';

/** What `sendGarbage` sends: no JSON, JSON of unknown shape, bytes, or tickers whose numbers are none or absent. */
export type Garbage = 'text' | 'json' | 'binary' | 'badNumbers';

/** Something that a socket is subscribed to. Messages are null where there is nothing to send. */
export interface Topic {
  /** In the exchange's own words. A socket has a topic once. */
  readonly name: string;
  /** Null where it is about no symbol that the venue knows, or about all. */
  readonly symbol: string | null;
  /** What is sent upon subscribing; null where the exchange sends nothing then. */
  readonly snapshot: ((model: VenueModel) => unknown) | null;
  /** How the exchange tells an event, at `now`; null for one that is not of this topic. */
  readonly tell: (event: VenueEvent, now: number) => unknown;
}

/** What a message asked for. */
export interface StreamAction {
  readonly action: 'subscribe' | 'unsubscribe';
  /** In the exchange's own words. */
  readonly streams: readonly string[];
}

/** A subscribe or unsubscribe message as the venue received it. */
export interface StreamRequest extends StreamAction {
  /** The path of its socket. */
  readonly path: string;
  readonly message: unknown;
}

/** What a message is answered from. */
export interface StreamContext {
  /** The path of its socket. */
  readonly path: string;
  /** What its socket is subscribed to already. */
  readonly held: readonly Topic[];
  /** The symbols whose subscriptions are refused; of Kraken also names of topics. */
  readonly refused: ReadonlySet<string>;
  readonly model: VenueModel;
}

/** What a message leads to. */
export interface StreamAnswer {
  readonly replies: readonly unknown[];
  /** Null for a message that neither subscribes nor unsubscribes. */
  readonly request: StreamAction | null;
  readonly add: readonly Topic[];
  /** Names of topics. */
  readonly drop: readonly string[];
}

/** What stands in place of numbers; what is undefined is absent. */
export interface BadNumbers {
  readonly word: string | undefined;
  readonly empty: string | undefined;
}

/** How an exchange words its streams. */
export interface StreamDefinition {
  /** The whole paths that accept WebSockets. */
  readonly path: RegExp;
  /** What a new socket is sent first. */
  readonly greeting: readonly unknown[];
  /** The message that keeps a socket alive; null where it is a ping frame. */
  readonly heartbeat: unknown;
  /** A message that is no JSON is undefined. */
  readonly answer: (message: unknown, context: StreamContext) => StreamAnswer;
  /** The candles that ccxt calls so; null where the exchange has none. */
  readonly interval: (symbol: string, timeframe: string) => Interval | null;
  readonly badTickers: (market: VenueMarket, numbers: BadNumbers, now: number) => readonly unknown[];
}

/** An answer that changes no subscription. */
export function replyOnly(...replies: readonly unknown[]): StreamAnswer {
  return { replies, request: null, add: [], drop: [] };
}
