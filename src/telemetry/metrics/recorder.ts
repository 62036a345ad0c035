import { Counts } from './counts.ts';
import { Durations } from './durations.ts';

/** RFC 6455, 7.4.1, and graphql-transport-ws. Clients may send any other. */
const knownCloseCodes: ReadonlySet<number> = new Set([
  ...[1000, 1001, 1005, 1006, 1008, 1009, 1013],
  ...[4400, 4401, 4403, 4406, 4408, 4409, 4429, 4500],
]);

/** Takes down what happens, for metrics. Each method is handed to a layer that knows nothing of metrics. */
export class Recorder {
  readonly requests = new Counts();
  readonly requestDurations = new Durations({
    name: 'tickql_request_duration_seconds',
    help: 'How long operations took to be answered, subscriptions until they were taken up.',
    label: 'transport',
    bounds: [0.001, 0.005, 0.025, 0.1, 0.5, 2, 10],
  });
  readonly calls = new Counts();
  readonly callDurations = new Durations({
    name: 'tickql_upstream_call_duration_seconds',
    help: 'How long calls to exchanges took, their wait for their turn included.',
    label: 'exchange',
    bounds: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  });
  readonly lookups = new Counts();
  readonly socketCloses = new Counts();
  #internalErrors = 0;

  /** How many errors of this server's own there were. */
  get internalErrors(): number {
    return this.#internalErrors;
  }

  /** An operation was answered, or taken up. */
  readonly recordRequest = (transport: string, operation: string, code: string, durationMs: number): void => {
    this.requests.add(transport, operation, code);
    this.requestDurations.add(transport, durationMs);
  };

  /** A call to an exchange has ended, or was not made. */
  readonly recordCall = (exchange: string, outcome: string, durationMs: number): void => {
    this.calls.add(exchange, outcome);
    this.callDurations.add(exchange, durationMs);
  };

  /** Something was looked up in a cache. */
  readonly recordLookup = (cache: string, isHit: boolean): void => {
    this.lookups.add(cache, isHit ? 'hit' : 'miss');
  };

  /** A WebSocket has closed with the code. */
  readonly recordSocketClose = (code: number): void => {
    this.socketCloses.add(knownCloseCodes.has(code) ? String(code) : 'other', '');
  };

  /** An error of this server's own was masked. */
  readonly recordInternalError = (): void => {
    this.#internalErrors += 1;
  };
}
