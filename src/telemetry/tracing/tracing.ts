import type { RequestSpan } from './spans.ts';

/** Records requests and calls to exchanges as traces. */
export interface Tracing {
  /** Starts the span of a request, as a child of the span that `traceparent` of the carrier names. */
  begin(name: string, carrier: object, attributes: Readonly<Record<string, string>>): RequestSpan;
  /** Adds the span of a call to an exchange that has just ended. The outcome is `ok` or a code. */
  recordCall(exchange: string, outcome: string, durationMs: number): void;
  /** Sends the remaining spans; takes a few seconds at most. */
  stop(): Promise<void>;
}

export interface TracingOptions {
  readonly protocol: 'http/protobuf' | 'http/json';
  /** The version of this server. */
  readonly version: string;
  /** Called when sending fails. */
  readonly onProblem: (message: string) => void;
}
