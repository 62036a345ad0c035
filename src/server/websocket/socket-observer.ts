import { type ExecutionArgs, getOperationAST } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { toOperationLabel } from '../observe/operation-label.ts';
import { createRequestIds } from '../observe/request-id.ts';
import { type ObserverOptions, toTenths, traceOf } from '../observe/request-observer.ts';
import { RequestRecord, toCode } from '../observe/request-record.ts';

/** Observes operations over sockets, each identified by its payload. */
export interface SocketObserver {
  /** Begins to observe an operation, and runs the function that begins it. */
  begin<T>(payload: SubscribePayload, address: string, prepare: () => T): T;
  /**
   * Records a result, or a stream of results. `args` is null if the operation was refused before it could be executed.
   */
  answer(payload: SubscribePayload, args: ExecutionArgs | null, result: unknown): void;
  end(payload: SubscribePayload): void;
}

interface Observed {
  readonly record: RequestRecord;
  readonly address: string;
}

export function createSocketObserver({ log, onRequest = () => {}, tracer = null }: ObserverOptions): SocketObserver {
  const isLogged = log.isLevelEnabled('debug');
  const makeId = createRequestIds();
  const observed = new WeakMap<SubscribePayload, Observed>();

  function write({ record, address }: Observed, message: string): void {
    const { id, transport, operation, code, durationMs } = record;
    const fields = { id, ...traceOf(record), transport, operation, code, durationMs: toTenths(durationMs), address };
    log.debug(fields, message);
  }

  return {
    begin: (payload, address, prepare) => {
      const carrier = payload.extensions ?? {};
      const attributes = { 'network.protocol.name': 'websocket', 'client.address': address };
      const trace = tracer?.begin('subscribe', carrier, attributes) ?? null;
      const record = new RequestRecord('websocket', onRequest, isLogged ? makeId() : null, trace);
      observed.set(payload, { record, address });
      return record.run(prepare);
    },
    answer: (payload, args, result) => {
      const known = observed.get(payload);
      if (!known || known.record.code !== null) return;
      const { record } = known;
      const label = args ? toOperationLabel(args.schema, args.document, args.operationName) : 'invalid';
      record.answer(label, toCode(errorsOf(result)));
      const type = args ? (getOperationAST(args.document, args.operationName)?.operation ?? null) : null;
      record.trace?.end({ operation: label, type, code: record.code });
      if (isLogged) write(known, record.code === 'ok' ? 'operation started' : 'operation refused');
      else observed.delete(payload);
    },
    end: (payload) => {
      const known = observed.get(payload);
      observed.delete(payload);
      if (known && isLogged) write(known, 'operation ended');
    },
  };
}

type Errors = Parameters<typeof toCode>[0];

function errorsOf(result: unknown): Errors {
  const errors = typeof result === 'object' && result !== null && 'errors' in result ? result.errors : result;
  return Array.isArray(errors) ? errors : undefined;
}
