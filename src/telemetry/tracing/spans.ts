import {
  type Context,
  context,
  createContextKey,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';

/** The outcome of a request. */
export interface SpanOutcome {
  readonly operation: string | null;
  readonly type: string | null;
  /** `ok` or the code of the first error; null if there is no answer. */
  readonly code: string | null;
  /** The HTTP status. */
  readonly status?: number;
}

/** The open span of a request. */
export interface RequestSpan {
  readonly traceId: string;
  /** Runs work of this request, so that calls in it become child spans. */
  run<T>(work: () => T): T;
  end(outcome: SpanOutcome): void;
}

/** The context key for the state of the request. */
const requestKey = createContextKey('the request of TickQL');

interface RequestState {
  isOpen: boolean;
}

/** Starts the span of a request, as a child of the span that `traceparent` of the carrier names. */
export function beginRequest(
  tracer: Tracer,
  name: string,
  carrier: object,
  attributes: Readonly<Record<string, string>>,
): RequestSpan {
  const parent = propagation.extract(ROOT_CONTEXT, carrier);
  const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
  const state: RequestState = { isOpen: true };
  const inside = trace.setSpan(parent, span).setValue(requestKey, state);
  return {
    traceId: span.spanContext().traceId,
    run: (work) => context.with(inside, work),
    end: ({ operation, type, code, status }) => {
      if (!state.isOpen) return;
      state.isOpen = false;
      // Span names must have few values, so the client's name for its operation is not used.
      if (operation !== null) span.updateName(`${type ?? name} ${operation}`);
      if (operation !== null) span.setAttribute('tickql.operation', operation);
      if (type !== null) span.setAttribute('graphql.operation.type', type);
      if (status !== undefined) span.setAttribute('http.response.status_code', status);
      recordOutcome(span, code, code === 'INTERNAL_SERVER_ERROR');
      span.end();
    },
  };
}

/**
 * Adds the span of a call to an exchange that has just ended, as a child of the request that made the call. If several
 * requests wait for the same call, it is the child of the first. Polls continue after the request that started them was
 * answered, so they have no parent.
 */
export function addCall(tracer: Tracer, exchange: string, outcome: string, durationMs: number): void {
  const endedAt = Date.now();
  const attributes = { 'tickql.exchange': exchange, 'tickql.outcome': outcome };
  const span = tracer.startSpan(`call ${exchange}`, {
    kind: SpanKind.CLIENT,
    attributes,
    startTime: endedAt - durationMs,
    root: !isOpen(context.active()),
  });
  recordOutcome(span, outcome, true);
  span.end(endedAt);
}

function isOpen(within: Context): boolean {
  const state = within.getValue(requestKey);
  return typeof state === 'object' && state !== null && 'isOpen' in state && state.isOpen === true;
}

/** A client error does not set the status of a server span to error (OpenTelemetry, HTTP spans, Status). */
function recordOutcome(span: Span, code: string | null, isFailure: boolean): void {
  if (code === null || code === 'ok') return;
  span.setAttribute('error.type', code);
  if (isFailure) span.setStatus({ code: SpanStatusCode.ERROR });
}
