import { Counts } from './counts.ts';
import { Durations } from './durations.ts';

/** Close codes of RFC 6455 (7.4.1) and graphql-transport-ws. Clients may send any other, which must not become labels. */
const knownCloseCodes: ReadonlySet<number> = new Set([
  ...[1000, 1001, 1005, 1006, 1008, 1009, 1013],
  ...[4400, 4401, 4403, 4406, 4408, 4409, 4429, 4500],
]);

/** Records events for metrics. Its methods are passed as callbacks to layers that know nothing about metrics. */
export class Recorder {
  readonly requests = new Counts();
  readonly requestDurations = new Durations({
    name: 'tickql_request_duration_seconds',
    help: 'Time to answer an operation; for subscriptions, time until they started.',
    label: 'transport',
    bounds: [0.001, 0.005, 0.025, 0.1, 0.5, 2, 10],
  });
  readonly calls = new Counts();
  readonly callDurations = new Durations({
    name: 'tickql_upstream_call_duration_seconds',
    help: 'Duration of calls to exchanges, including the time in the queue.',
    label: 'exchange',
    bounds: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  });
  readonly lookups = new Counts();
  readonly socketCloses = new Counts();
  #internalErrors = 0;

  /** Number of internal errors of this server. */
  get internalErrors(): number {
    return this.#internalErrors;
  }

  /** Records an operation that was answered, or a subscription that started. */
  readonly recordRequest = (transport: string, operation: string, code: string, durationMs: number): void => {
    this.requests.add(transport, operation, code);
    this.requestDurations.add(transport, durationMs);
  };

  /** Records a call to an exchange that has ended or was not made. */
  readonly recordCall = (exchange: string, outcome: string, durationMs: number): void => {
    this.calls.add(exchange, outcome);
    this.callDurations.add(exchange, durationMs);
  };

  /** Records a cache lookup. */
  readonly recordLookup = (cache: string, isHit: boolean): void => {
    this.lookups.add(cache, isHit ? 'hit' : 'miss');
  };

  /** Records a WebSocket that has closed with this code. */
  readonly recordSocketClose = (code: number): void => {
    this.socketCloses.add(knownCloseCodes.has(code) ? String(code) : 'other', '');
  };

  /** Records an internal error that was masked. */
  readonly recordInternalError = (): void => {
    this.#internalErrors += 1;
  };
}
