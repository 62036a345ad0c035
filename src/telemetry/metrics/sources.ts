import type { Clock } from '../../base/clock.ts';

/** What is read when Prometheus asks. */
export interface MetricSources {
  readonly clock: Clock;
  readonly live: () => {
    readonly sockets: number;
    readonly subscriptions: number;
    readonly groups: number;
    readonly operations: number;
  };
  /** How much was sent over sockets since the start. */
  readonly deliveries: () => { readonly messages: number; readonly conflated: number; readonly slowConsumers: number };
  readonly feeds: () => readonly {
    readonly exchange: string;
    readonly kind: string;
    /** When anything came of it last, epoch ms. */
    readonly knownAt: number;
    readonly isStale: boolean;
    readonly hasSubscribers: boolean;
  }[];
  readonly exchanges: () => readonly ExchangeLoad[];
  /** One for each host of an exchange and each kind of market there; the host is '' where none is known yet. */
  readonly circuits: () => readonly {
    readonly exchange: string;
    readonly host: string;
    /** The kind of market, where it is not that of the host as a whole. */
    readonly kind: string | null;
    readonly state: (typeof circuitStates)[number];
  }[];
  /** Exchanges with a part of their list that failed, and the kinds of markets that are missing. */
  readonly unlisted: () => readonly { readonly exchange: string; readonly kinds: readonly string[] }[];
  /** What documents keep in memory, by estimate, in bytes; `open` is what open subscriptions keep, with all else of theirs. */
  readonly memory: () => { readonly kept: number; readonly new: number; readonly open: number };
  /** Operations that have found a kept answer since the start, and that have not. */
  readonly answers: () => { readonly hits: number; readonly misses: number };
  /** Lines of the log that were dropped since the start. */
  readonly droppedLogLines: () => number;
}

/** What is going on in front of an exchange. */
export interface ExchangeLoad {
  readonly exchange: string;
  /** Calls that wait for their turn. */
  readonly queued: number;
  readonly running: number;
  /** Markets that are left out of its list, since their symbol, base or quote is unknown. */
  readonly unnamedMarkets: number;
}

export const circuitStates = ['closed', 'open', 'half-open'] as const;
