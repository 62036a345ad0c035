import type { RequestSpan } from './spans.ts';

/** Puts what this server does into traces. */
export interface Tracing {
  /** Begins a request, as the child of what `carrier` names in its `traceparent`. */
  begin(name: string, carrier: object, attributes: Readonly<Record<string, string>>): RequestSpan;
  /** Adds a call to an exchange that has just ended, by its outcome: `ok`, or a code. */
  recordCall(exchange: string, outcome: string, durationMs: number): void;
  /** Sends what has not been sent, for a few seconds at most. */
  stop(): Promise<void>;
}

export interface TracingOptions {
  /** How to send them. */
  readonly protocol: 'http/protobuf' | 'http/json';
  /** Of this server. */
  readonly version: string;
  /** Called with what goes wrong while they are sent. */
  readonly onProblem: (message: string) => void;
}
