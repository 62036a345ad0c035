import type { MarketDataError, MarketDataErrorCode } from '../../market/errors.ts';
import type { CircuitState } from './circuit.ts';
import type { CircuitName } from './circuits.ts';

/**
 * How a call ended: CIRCUIT_OPEN when it was not made since its host is left alone, OUT_OF_DESCRIPTORS when this server
 * could open no socket for it.
 */
export type CallOutcome = 'ok' | 'CIRCUIT_OPEN' | 'OUT_OF_DESCRIPTORS' | MarketDataErrorCode;

/** What the calls to exchanges tell those that watch them. */
export interface CallerListeners {
  /** Called with what a failed call threw, before it becomes a MarketDataError. */
  readonly onError: (exchange: string, error: unknown) => void;
  /**
   * Called for each call that was sent, a retry being another one, or refused, with how long it took, in ms, and the
   * hosts that it was for.
   */
  readonly onCall?: (exchange: string, outcome: CallOutcome, durationMs: number, hosts: readonly string[]) => void;
  /**
   * Called when a circuit changes; with why, and for how long, unless it is closed. Where the exchange has several,
   * `scope` says for which of its markets this one is, as the end of a sentence.
   */
  readonly onCircuit?: (
    exchange: string,
    state: CircuitState,
    error: MarketDataError | null,
    name?: CircuitName,
    scope?: string,
  ) => void;
}
