import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { createRequestIds, toGivenId } from './request-id.ts';
import { type OnRequest, RequestRecord, type RequestTracer, type Transport } from './request-record.ts';

export interface ObserverOptions {
  readonly log: Logger;
  /** Called once for each operation. */
  readonly onRequest?: OnRequest;
  /** Null if traces are off. */
  readonly tracer?: RequestTracer | null;
}

/** Observes requests over HTTP: counts operations, logs each request at level debug, and traces requests. */
export interface RequestObserver {
  /** Begins to observe a request. */
  begin(request: IncomingMessage, response: ServerResponse, address: string, transport: Transport): RequestRecord;
  /** Records the outcome of a request that has none yet, from the HTTP status if that is an error. */
  settle(record: RequestRecord, response: ServerResponse): void;
}

export function createRequestObserver({ log, onRequest = () => {}, tracer = null }: ObserverOptions): RequestObserver {
  // Checked once: if debug lines are not logged, nothing is computed for them.
  const isLogged = log.isLevelEnabled('debug');
  const makeId = createRequestIds();

  function logAtEnd(request: IncomingMessage, response: ServerResponse, record: RequestRecord, address: string): void {
    const { method, url = '', socket } = request;
    const [path] = url.split('?', 1);
    const writtenBefore = socket.bytesWritten;
    response.once('close', () => {
      const { statusCode } = response;
      const { id, transport, operation, code, durationMs, trace } = record;
      trace?.end({ operation, type: toType(record), code, status: statusCode });
      if (!isLogged) return;
      log.debug(
        {
          id,
          ...traceOf(record),
          transport,
          method,
          path,
          status: response.headersSent ? statusCode : null,
          operation,
          code,
          durationMs: toTenths(durationMs),
          bytes: socket.bytesWritten - writtenBefore,
          address,
        },
        response.writableFinished ? 'request' : 'request whose client left before the end',
      );
    });
  }

  return {
    begin: (request, response, address, transport) => {
      const header = request.headers['x-request-id'];
      if (header === undefined && !isLogged && !tracer) return new RequestRecord(transport, onRequest, null, null);
      const given = toGivenId(header);
      const id = given ?? (isLogged ? makeId() : null);
      if (id !== null) response.setHeader('x-request-id', id);
      const { method = 'GET' } = request;
      const [path = ''] = (request.url ?? '').split('?', 1);
      const attributes = {
        'http.request.method': method,
        'url.path': path,
        'url.scheme': 'http',
        'client.address': address,
      };
      const trace = tracer?.begin(method, request.headers, attributes) ?? null;
      const record = new RequestRecord(transport, onRequest, id, trace);
      if (isLogged || trace) logAtEnd(request, response, record, address);
      return record;
    },
    settle: (record, { statusCode }) => {
      if (record.code !== null || statusCode < 400 || statusCode === 404) return;
      record.answer(record.operation ?? 'invalid', statusCode < 500 ? 'BAD_USER_INPUT' : 'INTERNAL_SERVER_ERROR');
    },
  };
}

function toType({ operation, transport }: RequestRecord): 'query' | 'subscription' | null {
  if (operation === null || operation === 'invalid') return null;
  return transport === 'sse' ? 'subscription' : 'query';
}

/** The trace id for a log line, so that the line can be found from the trace. */
export function traceOf({ trace }: RequestRecord): { readonly traceId?: string } {
  return trace ? { traceId: trace.traceId } : {};
}

export function toTenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
