import { type DocumentNode, type ExecutionArgs, type ExecutionResult, getOperationAST } from 'graphql';
import type { Clock } from '../../base/clock.ts';
import { Rotation } from '../../base/rotation.ts';
import type { GraphQLEngine } from '../../graphql/engine.ts';
import { toClientError } from '../../graphql/execution/errors.ts';
import type { Admission } from '../access/admission.ts';
import type { Gate, Principal } from '../access/gate.ts';
import type { OperationRequest, UnreadOperation } from '../answers/operation-request.ts';
import type { PersistedQueries } from '../answers/persisted-queries.ts';
import type { Fanout } from '../fanout/fanout.ts';
import { clientHasLeft } from '../graphql/request/client-has-left.ts';
import type { HttpContext } from '../http/messages/http-context.ts';
import type { SlowReaders } from '../http/slow-readers.ts';
import { toOperationLabel } from '../observe/operation-label.ts';
import { type RequestRecord, toCode } from '../observe/request-record.ts';
import { admitStream } from './admit-stream.ts';
import { graphqlFormat, type StreamFormat } from './stream-format.ts';
import { beginEvents } from './stream-messages.ts';
import { StreamSubscription } from './stream-subscription.ts';

export interface EventStreamsOptions {
  readonly engine: GraphQLEngine;
  readonly gate: Gate;
  readonly admission: Admission;
  readonly persisted: PersistedQueries;
  readonly fanout: Fanout;
  /** Cuts the connections of clients that do not read their events. */
  readonly slowReaders: SlowReaders;
  readonly clock: Clock;
}

/** A request over HTTP whose client has been identified. */
export interface StreamContext extends HttpContext {
  readonly principal: Principal;
  readonly record: RequestRecord;
}

/** A subscription that is known to be valid, apart from its variables. */
export interface StreamOperation extends Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues'> {
  /** The size of the request, in bytes. */
  readonly bytes: number;
  readonly format: StreamFormat;
}

/** Subscriptions over server-sent events. Headers that are set already are sent with every answer. */
export interface EventStreams {
  /**
   * Answers a subscription in the distinct connections mode of GraphQL over SSE, or with a status and errors. Resolves
   * with false if the request is not a valid subscription; then it has answered and charged nothing.
   */
  answer(context: StreamContext, operation: UnreadOperation): Promise<boolean>;
  /** Answers with an event stream in the given format, or refuses the subscription in that format. */
  begin(context: StreamContext, operation: StreamOperation): Promise<void>;
}

/** Proxies close connections over which nothing comes for a minute, and some sooner. Each stream has a comment in 12 s. */
const commentSlots = 12;
const slotMs = 1000;

/**
 * Event streams join the groups of the fan-out, like operations over WebSockets: an event is executed and encoded once
 * for all clients, whatever protocol they use. Each stream is an open operation, and obeys the same limits.
 */
export function createEventStreams(options: EventStreamsOptions): EventStreams {
  const { engine, gate, admission, persisted, fanout, slowReaders, clock } = options;
  const { schema, documents, measure, hideSuggestions, report } = engine;
  const open = new Rotation<StreamSubscription>({
    clock,
    slots: commentSlots,
    slotMs,
    visit: (subscription) => subscription.keepAlive(),
  });

  /** Returns the document of a valid subscription. Everything else is null, and answered by somebody else. */
  function findDocument(request: OperationRequest): DocumentNode | null {
    try {
      const text = persisted.find(request);
      if (text === null) return null;
      const { document, errors } = documents.get(text);
      const isValid = errors.length === 0;
      return isValid && getOperationAST(document, request.operationName)?.operation === 'subscription'
        ? document
        : null;
    } catch {
      return null;
    }
  }

  /** Begins the subscription of an admitted client. Throws or resolves with the errors if it is refused. */
  async function subscribe(
    context: StreamContext,
    args: ExecutionArgs,
    { bytes, format }: StreamOperation,
  ): Promise<StreamSubscription | ExecutionResult> {
    const { response, principal } = context;
    format.requireClient(context);
    // The 'close' event has been emitted already, so nothing would end a subscription that begins now.
    if (response.destroyed) throw clientHasLeft();
    const cost = measure(args);
    await gate.takeCost(principal, cost);
    const { address, key } = principal;
    // Clients with different keys share no answers, in case answers ever depend on the client.
    const scope = key ?? '';
    const listed = fanout.findListed(args, scope);
    const { document, variableValues: variables } = args;
    const admitted = await admitStream(admission, response, { address, bytes, document, variables, cost, listed });
    return fanout.subscribe({ ...args, document: admitted }, { scope, open: (host) => format.open(host, response) });
  }

  function serve({ response }: StreamContext, subscription: StreamSubscription, { head }: StreamFormat): void {
    if (response.destroyed) {
      subscription.end();
      return;
    }
    open.add(subscription);
    response.once('close', () => {
      open.remove(subscription);
      subscription.end();
    });
    slowReaders.watchStream(response);
    beginEvents(response, head);
    subscription.start();
  }

  async function begin(context: StreamContext, operation: StreamOperation): Promise<void> {
    const { record } = context;
    const { document, operationName, variableValues, format } = operation;
    const args: ExecutionArgs = { schema, document, operationName, variableValues, hideSuggestions };
    const label = toOperationLabel(schema, document, operationName);
    record.operation = label;
    record.transport = 'sse';
    const begun = await subscribe(context, args, operation).catch(
      (error: unknown): ExecutionResult => ({ errors: [toClientError(error, report)] }),
    );
    if (begun instanceof StreamSubscription) {
      record.answer(label, 'ok');
      serve(context, begun, format);
    } else {
      const { errors = [] } = begun;
      record.answer(label, toCode(errors));
      if (!context.response.destroyed) format.refuse(context, errors);
    }
  }

  return {
    answer: async (context, { format, text }) => {
      const request = format.read(text);
      const document = request && findDocument(request);
      if (!document) return false;
      persisted.remember(request);
      const { operationName, variables: variableValues } = request;
      await begin(context, { document, operationName, variableValues, bytes: text.length, format: graphqlFormat });
      return true;
    },
    begin,
  };
}
