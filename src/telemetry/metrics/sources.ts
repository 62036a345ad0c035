import type { Clock } from '../../base/clock.ts';
import type { ClusterStatus } from '../../cluster/members/cluster-status.ts';

/** The values that are read at each scrape. */
export interface MetricSources {
  readonly clock: Clock;
  /** Numbers of what is open at the moment. */
  readonly open: () => {
    readonly sockets: number;
    readonly subscriptions: number;
    readonly groups: number;
    readonly operations: number;
  };
  /** Totals of messages of subscriptions since the start. */
  readonly deliveries: () => {
    readonly messages: number;
    readonly conflated: number;
    readonly unchanged: number;
    readonly slowConsumers: number;
  };
  readonly feeds: () => readonly {
    readonly exchange: string;
    readonly kind: string;
    /** When it last received a value, epoch ms. */
    readonly knownAt: number;
    readonly isStale: boolean;
    readonly hasSubscribers: boolean;
  }[];
  readonly exchanges: () => readonly ExchangeLoad[];
  /** One entry for each host of an exchange and each kind of market there. The host is '' if it is not known yet. */
  readonly circuits: () => readonly {
    readonly exchange: string;
    readonly host: string;
    /** The kind of market; null for the circuit of the host as a whole. */
    readonly kind: string | null;
    readonly state: (typeof circuitStates)[number];
  }[];
  /** Exchanges of whose markets a part could not be listed, and the kinds of markets that are missing. */
  readonly unlisted: () => readonly { readonly exchange: string; readonly kinds: readonly string[] }[];
  /** Null without other instances. */
  readonly cluster: () => ClusterStatus | null;
  /** Estimated memory of documents, in bytes. `open` is that of open subscriptions, including their other data. */
  readonly memory: () => { readonly kept: number; readonly new: number; readonly open: number };
  /** The size of all kept texts of candles, in bytes. */
  readonly candleTextBytes: () => number;
  /** Operations since the start that found a cached answer, and those that did not. */
  readonly answers: () => { readonly hits: number; readonly misses: number };
  /** Log lines that were dropped since the start. */
  readonly droppedLogLines: () => number;
}

/** The calls to one exchange at the moment. */
export interface ExchangeLoad {
  readonly exchange: string;
  /** Calls that wait in its queue. */
  readonly queued: number;
  readonly running: number;
  /** Markets that are left out of its list because their symbol, base or quote is unknown. */
  readonly unnamedMarkets: number;
}

export const circuitStates = ['closed', 'open', 'half-open'] as const;

export const clusterStates = ['joining', 'member', 'alone'] as const satisfies readonly ClusterStatus['state'][];
