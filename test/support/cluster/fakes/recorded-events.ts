import type { RequestEvents } from '../../../../src/cluster/requests/protocol/request-events.ts';

/** Everything that was reported, as words. */
export class RecordedEvents implements RequestEvents {
  readonly requests: string[] = [];
  readonly retries: string[] = [];
  readonly served: string[] = [];
  readonly refused: string[] = [];
  readonly shared: string[] = [];
  readonly errors: unknown[] = [];

  readonly onRequest = (method: string, outcome: string, durationMs: number): void => {
    this.requests.push(`${method} ${outcome} ${durationMs}`);
  };
  readonly onRetry = (reason: string): void => {
    this.retries.push(reason);
  };
  readonly onServed = (method: string, outcome: string): void => {
    this.served.push(`${method} ${outcome}`);
  };
  readonly onRefused = (reason: string): void => {
    this.refused.push(reason);
  };
  readonly onShared = (event: string): void => {
    this.shared.push(event);
  };
  readonly onError = (error: unknown): void => {
    this.errors.push(error);
  };
}
