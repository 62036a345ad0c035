import type { MarketDataError, MarketDataErrorCode } from '../../market/errors.ts';
import type { CircuitState } from './circuit.ts';
import type { CircuitName } from './circuits.ts';

/**
 * How a call ended. CIRCUIT_OPEN: it was not sent, because the circuit of its host is open. OUT_OF_DESCRIPTORS: this
 * server could not open a socket for it.
 */
export type CallOutcome = 'ok' | 'CIRCUIT_OPEN' | 'OUT_OF_DESCRIPTORS' | MarketDataErrorCode;

/** The events of calls to exchanges. */
export interface CallerListeners {
  /** Called with what a failed call threw, before it becomes a MarketDataError. */
  readonly onError: (exchange: string, error: unknown) => void;
  /**
   * Called for each call that was sent or refused, with its duration in ms and the hosts that it was for. A retry
   * counts as a separate call.
   */
  readonly onCall?: (exchange: string, outcome: CallOutcome, durationMs: number, hosts: readonly string[]) => void;
  /**
   * Called when a circuit changes, with the error that opened it and the pause; the error is null when it closes. If
   * the exchange has several circuits, `scope` names the markets of this one, as the end of a sentence.
   */
  readonly onCircuit?: (
    exchange: string,
    state: CircuitState,
    error: MarketDataError | null,
    name?: CircuitName,
    scope?: string,
  ) => void;
}
