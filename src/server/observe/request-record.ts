/** How an operation came in. */
export type Transport = 'http' | 'sse' | 'websocket';

/** Called once for each operation when it is answered, or taken up where it is a subscription. */
export type OnRequest = (transport: Transport, operation: string, code: string, durationMs: number) => void;

/** What a request was, as far as it is known. */
export interface RequestOutcome {
  /** See `toOperationLabel`; null of what is no operation. */
  readonly operation: string | null;
  readonly type: 'query' | 'mutation' | 'subscription' | null;
  /** `ok`, or the code of the first error; null where there is no answer. */
  readonly code: string | null;
  /** Of HTTP. */
  readonly status?: number;
}

/** One request in a trace. */
export interface RequestTrace {
  readonly traceId: string;
  /** Runs what belongs to it. */
  run<T>(work: () => T): T;
  /** Only the first call counts. */
  end(outcome: RequestOutcome): void;
}

/** Puts requests into traces. */
export interface RequestTracer {
  /** Begins one, as the child of what `carrier` names in its `traceparent`. The attributes are OpenTelemetry's. */
  begin(name: string, carrier: object, attributes: Readonly<Record<string, string>>): RequestTrace;
}

/** What is known of an operation while it is answered, whoever answers it. */
export class RequestRecord {
  readonly #onRequest: OnRequest;
  readonly #begunAt = performance.now();
  /** Names it in the log; null where the log tells nothing of it. */
  readonly id: string | null;
  /** Null unless it is traced. */
  readonly trace: RequestTrace | null;
  /** As the label of metrics; null until that is known, and of what is no operation. */
  operation: string | null = null;
  transport: Transport;
  #code: string | null = null;

  constructor(transport: Transport, onRequest: OnRequest, id: string | null, trace: RequestTrace | null) {
    this.transport = transport;
    this.#onRequest = onRequest;
    this.id = id;
    this.trace = trace;
  }

  /** `ok`, or the code of the first error; null until it is answered. */
  get code(): string | null {
    return this.#code;
  }

  get durationMs(): number {
    return performance.now() - this.#begunAt;
  }

  /** Notes that it is answered. Only the first answer counts. */
  answer(operation: string, code: string): void {
    if (this.#code !== null) return;
    this.operation = operation;
    this.#code = code;
    this.#onRequest(this.transport, operation, code, this.durationMs);
    // What comes later belongs to nobody's wait.
    if (this.transport === 'sse' && code === 'ok')
      this.trace?.end({ operation, type: 'subscription', code, status: 200 });
  }

  /** Runs what belongs to it. */
  run<T>(work: () => T): T {
    return this.trace ? this.trace.run(work) : work();
  }
}

/** The code that stands for a result: `ok`, or that of its first error. */
export function toCode(
  errors: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[] | undefined,
): string {
  const [first] = errors ?? [];
  if (!first) return 'ok';
  const code = first.extensions?.code;
  return typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
}
