import type { Interval } from '../market/candles.ts';
import type { VenueEvent } from '../market/events.ts';
import type { VenueMarket, VenueModel } from '../market/model.ts';

/**
 * What `sendGarbage` sends: text that is not JSON, JSON of unknown shape, bytes, or tickers with invalid or missing
 * numbers.
 */
export type Garbage = 'text' | 'json' | 'binary' | 'badNumbers';

/** A topic that a socket can subscribe to. Messages are null if there is nothing to send. */
export interface Topic {
  /** The exchange's own name for it. A socket has each topic once. */
  readonly name: string;
  /** Null if it is not about a symbol that the venue knows, or if it is about all. */
  readonly symbol: string | null;
  /** What is sent after a subscription; null if the exchange sends nothing then. */
  readonly snapshot: ((model: VenueModel) => unknown) | null;
  /** The exchange's message for an event at `now`; null for an event that does not belong to this topic. */
  readonly tell: (event: VenueEvent, now: number) => unknown;
}

/** What a message requested. */
export interface StreamAction {
  readonly action: 'subscribe' | 'unsubscribe';
  /** The exchange's own names. */
  readonly streams: readonly string[];
}

/** A subscribe or unsubscribe message as the venue received it. */
export interface StreamRequest extends StreamAction {
  /** The path of its socket. */
  readonly path: string;
  readonly message: unknown;
}

/** The context in which a message is answered. */
export interface StreamContext {
  /** The path of its socket. */
  readonly path: string;
  /** The topics that its socket is already subscribed to. */
  readonly held: readonly Topic[];
  /** The symbols whose subscriptions are refused; for Kraken, also names of topics. */
  readonly refused: ReadonlySet<string>;
  /** How many topics one message may name. Only Binance's stand-in has such a limit. */
  readonly maxTopics: number;
  readonly model: VenueModel;
}

/** The result of a message. */
export interface StreamAnswer {
  readonly replies: readonly unknown[];
  /** Null for a message that neither subscribes nor unsubscribes. */
  readonly request: StreamAction | null;
  readonly add: readonly Topic[];
  /** Names of topics. */
  readonly drop: readonly string[];
}

/** What replaces the numbers; undefined means absent. */
export interface BadNumbers {
  readonly word: string | undefined;
  readonly empty: string | undefined;
}

/** The protocol of an exchange's streams. */
export interface StreamDefinition {
  /** The complete paths that accept WebSockets. */
  readonly path: RegExp;
  /** What is sent first to a new socket. */
  readonly greeting: readonly unknown[];
  /** The message that keeps a socket alive; null if that is a ping frame. */
  readonly heartbeat: unknown;
  /** A message that is not JSON is undefined. */
  readonly answer: (message: unknown, context: StreamContext) => StreamAnswer;
  /** The candles with this name in ccxt; null if the exchange has none. */
  readonly interval: (symbol: string, timeframe: string) => Interval | null;
  readonly badTickers: (market: VenueMarket, numbers: BadNumbers, now: number) => readonly unknown[];
}

/** An answer that changes no subscription. */
export function replyOnly(...replies: readonly unknown[]): StreamAnswer {
  return { replies, request: null, add: [], drop: [] };
}
