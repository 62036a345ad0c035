import { Counts } from './counts.ts';
import { Durations } from './durations.ts';

/** Records what happens, for metrics. Each method is handed to a layer that knows nothing of metrics. */
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
  readonly routes = new Counts();
  readonly declined = new Counts();
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

  /** A WebSocket has closed with the code; of the codes there must be an end. */
  readonly recordSocketClose = (code: string): void => {
    this.socketCloses.add(code, '');
  };

  /** A request over HTTP came for the route with this path. */
  readonly recordRoute = (path: string): void => {
    this.routes.add(path, '');
  };

  /** An operation over HTTP was not answered by the answer service, for this reason. */
  readonly recordDeclined = (reason: string): void => {
    this.declined.add(reason, '');
  };

  /** An error of this server's own was masked. */
  readonly recordInternalError = (): void => {
    this.#internalErrors += 1;
  };
}
