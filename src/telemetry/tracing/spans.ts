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

/** What became of a request. */
export interface SpanOutcome {
  readonly operation: string | null;
  readonly type: string | null;
  /** `ok`, or the code of the first error; null where there is no answer. */
  readonly code: string | null;
  /** Of HTTP. */
  readonly status?: number;
}

/** The span of a request while it is open. */
export interface RequestSpan {
  readonly traceId: string;
  /** Runs what belongs to it. */
  run<T>(work: () => T): T;
  end(outcome: SpanOutcome): void;
}

/** Under which a context holds whether its request is still being answered. */
const requestKey = createContextKey('the request of TickQL');

interface RequestState {
  isOpen: boolean;
}

/** Begins the span of a request, as the child of what `carrier` names in its `traceparent`. */
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
      // Names of spans are few: what the client calls its operation is none.
      if (operation !== null) span.updateName(`${type ?? name} ${operation}`);
      if (operation !== null) span.setAttribute('tickql.operation', operation);
      if (type !== null) span.setAttribute('graphql.operation.type', type);
      if (status !== undefined) span.setAttribute('http.response.status_code', status);
      noteCode(span, code, code === 'INTERNAL_SERVER_ERROR');
      span.end();
    },
  };
}

/**
 * Adds the span of a call to an exchange that has just ended, to the request for which it was made. Of a call that
 * several requests wait for that is the first; polls, which go on when the request that began them is answered, belong
 * to none.
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
  noteCode(span, outcome, true);
  span.end(endedAt);
}

function isOpen(within: Context): boolean {
  const state = within.getValue(requestKey);
  return typeof state === 'object' && state !== null && 'isOpen' in state && state.isOpen === true;
}

/** What a client did wrong fails its own span, not the server's (OpenTelemetry, HTTP spans, Status). */
function noteCode(span: Span, code: string | null, isFailure: boolean): void {
  if (code === null || code === 'ok') return;
  span.setAttribute('error.type', code);
  if (isFailure) span.setStatus({ code: SpanStatusCode.ERROR });
}
