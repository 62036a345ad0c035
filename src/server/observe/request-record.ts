/** The transport of an operation: GraphQL over HTTP, server-sent events of GraphQL and REST, WebSocket, REST, and MCP. */
export type Transport = 'http' | 'sse' | 'websocket' | 'rest' | 'mcp';

/** The outcome of an answer that is sent in parts, if the client has left before its end. It stands where a code does. */
export const clientLeft = 'CLIENT_LEFT';

/** Called once for each operation: when it has been answered, or when a subscription has started. */
export type OnRequest = (transport: Transport, operation: string, code: string, durationMs: number) => void;

/** The outcome of a request, as far as it is known. */
export interface RequestOutcome {
  /** See `toOperationLabel`; null if the request is not an operation. */
  readonly operation: string | null;
  readonly type: 'query' | 'mutation' | 'subscription' | null;
  /** `ok`, or the code of the first error; null if there is no answer. */
  readonly code: string | null;
  /** The HTTP status. */
  readonly status?: number;
}

/** One request in a trace. */
export interface RequestTrace {
  readonly traceId: string;
  /** Runs work that belongs to the request. */
  run<T>(work: () => T): T;
  /** Only the first call has an effect. */
  end(outcome: RequestOutcome): void;
}

/** Creates traces of requests. */
export interface RequestTracer {
  /** Begins a span as a child of the `traceparent` in `carrier`. The attributes have OpenTelemetry names. */
  begin(name: string, carrier: object, attributes: Readonly<Record<string, string>>): RequestTrace;
}

/** What is known about an operation while it is being answered, over any protocol. */
export class RequestRecord {
  readonly #onRequest: OnRequest;
  readonly #begunAt = performance.now();
  /** Identifies the operation in the log; null if it is not logged. */
  readonly id: string | null;
  /** Null if the operation is not traced. */
  readonly trace: RequestTrace | null;
  /** The label for metrics; null until it is known, and for a request that is not an operation. */
  operation: string | null = null;
  transport: Transport;
  #code: string | null = null;
  #untilBegunMs: number | null = null;

  constructor(transport: Transport, onRequest: OnRequest, id: string | null, trace: RequestTrace | null) {
    this.transport = transport;
    this.#onRequest = onRequest;
    this.id = id;
    this.trace = trace;
  }

  /** `ok`, the code of the first error, or `clientLeft`; null until it is answered. */
  get code(): string | null {
    return this.#code;
  }

  get durationMs(): number {
    return performance.now() - this.#begunAt;
  }

  /**
   * Records that an answer begins that is sent in parts, whose outcome `answer` records later. Its duration ends here for
   * metrics: a client can read for hours.
   */
  begin(operation: string): void {
    this.operation = operation;
    this.#untilBegunMs = this.durationMs;
  }

  /** A record for a part of the answer. Its outcome does not count, because that of the whole does. */
  part(): RequestRecord {
    return new RequestRecord(this.transport, () => {}, this.id, this.trace);
  }

  /** Records the answer. Only the first call has an effect. */
  answer(operation: string, code: string): void {
    if (this.#code !== null) return;
    this.operation = operation;
    this.#code = code;
    this.#onRequest(this.transport, operation, code, this.#untilBegunMs ?? this.durationMs);
    // The duration ends here: no client waits for later work.
    if (this.transport === 'sse' && code === 'ok')
      this.trace?.end({ operation, type: 'subscription', code, status: 200 });
  }

  /** Runs work that belongs to the operation. */
  run<T>(work: () => T): T {
    return this.trace ? this.trace.run(work) : work();
  }
}

/** The code of a result: `ok`, or the code of its first error. */
export function toCode(
  errors: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[] | undefined,
): string {
  const [first] = errors ?? [];
  if (!first) return 'ok';
  const code = first.extensions?.code;
  return typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
}
