import { ClusterRecorder } from './cluster-recorder.ts';
import { Counts } from './counts.ts';
import { Durations } from './durations.ts';

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
  readonly renewals = new Counts();
  readonly socketCloses = new Counts();
  readonly routes = new Counts();
  readonly declined = new Counts();
  readonly cluster = new ClusterRecorder();
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

  /** Records a value of a cache that a call renews while the old one answers. */
  readonly recordRenewal = (cache: string): void => {
    this.renewals.add(cache, '');
  };

  /** Records a WebSocket that has closed. `code` must be one of a limited number of labels. */
  readonly recordSocketClose = (code: string): void => {
    this.socketCloses.add(code, '');
  };

  /** Records a request over HTTP by the path of its route. */
  readonly recordRoute = (path: string): void => {
    this.routes.add(path, '');
  };

  /** Records why the answer service has not answered an operation over HTTP. */
  readonly recordDeclined = (reason: string): void => {
    this.declined.add(reason, '');
  };

  /** Records an internal error that was masked. */
  readonly recordInternalError = (): void => {
    this.#internalErrors += 1;
  };
}
