import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  getOperationAST,
} from 'graphql';
import type { OperationResult, Context as SocketContext, SubscribePayload } from 'graphql-ws';
import { requireShallow } from '../../graphql/documents/value-depth.ts';
import type { Context } from '../../graphql/execution/context.ts';
import { toClientError } from '../../graphql/execution/errors.ts';
import type { Gate, Principal } from '../access/gate.ts';
import type { Fanout, Subscriber } from '../fanout/fanout.ts';
import type { GroupSubscription } from '../fanout/group-subscription.ts';
import type { GraphQLServer } from '../graphql/pipeline.ts';
import type { CountedSocket } from './counted-socket.ts';
import type { OperationIds } from './operation-ids.ts';
import { trimPayload } from './subscribe-message.ts';

export type ConnectionParams = Record<string, unknown>;

/** What belongs to a socket. Not the request that it began with, which would stay in memory as long as the socket. */
export interface SocketExtra {
  readonly socket: CountedSocket;
  readonly ids: OperationIds;
  readonly address: string;
  /** What the request said; forgotten once it is known who that is. */
  authorization: string | undefined;
  /** Known once the connection is acknowledged; no operation comes before. */
  principal: Principal | null;
}

export type OwnContext = SocketContext<ConnectionParams, SocketExtra>;

export interface SocketOperationsOptions {
  readonly graphql: GraphQLServer;
  readonly gate: Gate;
  readonly fanout: Fanout;
  /** Called with unexpected errors, which are masked. */
  readonly report: (error: unknown) => void;
}

/** The operations that come over sockets, in the two steps in which graphql-ws takes them. */
export interface SocketOperations {
  /** What is to be executed for a message, or why nothing is. Never rejects. */
  prepare(context: OwnContext, id: string, payload: SubscribePayload): Promise<ExecutionArgs | readonly GraphQLError[]>;
  /** Executes a query. Never rejects. */
  execute(args: ExecutionArgs): OperationResult;
  /** Takes up a subscription. Never rejects. */
  subscribe(args: ExecutionArgs): Promise<GroupSubscription | ExecutionResult>;
}

/** Prepares operations with the pipeline of HTTP; subscriptions go to the fan-out. */
export function createSocketOperations(options: SocketOperationsOptions): SocketOperations {
  const { graphql, gate, fanout, report } = options;
  const pipelines = new WeakMap<ExecutionArgs, ReturnType<GraphQLServer['getEnveloped']>>();
  const subscribers = new WeakMap<ExecutionArgs, Subscriber>();

  async function prepare(
    context: OwnContext,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const { principal } = context.extra;
    if (!principal) throw new TypeError('an operation of nobody');
    await gate.takeRequest(principal);
    requireShallow(payload);
    const pipeline = graphql.getEnveloped({ params: payload, principal });
    const { schema } = pipeline;
    const document: DocumentNode = pipeline.parse(payload.query);
    const operation = getOperationAST(document, payload.operationName);
    trimPayload(payload, document.loc?.source.body ?? payload.query, operation ?? null);
    const errors: readonly GraphQLError[] = pipeline.validate(schema, document);
    if (errors.length > 0) return errors;
    const args: ExecutionArgs = {
      schema,
      document,
      operationName: payload.operationName ?? null,
      variableValues: payload.variables ?? null,
      hideSuggestions: graphql.hideSuggestions,
    };
    const contextValue: Context = await pipeline.contextFactory();
    // Refused while it is executed, a query would close the socket.
    const cost = graphql.measure(args);
    await contextValue.charge(cost);
    if (operation?.operation === 'subscription') {
      const hold = await context.extra.ids.hold(id, payload, { document, variables: payload.variables, cost });
      args.document = hold?.document ?? document;
      // The group makes its own, once for all.
      args.contextValue = undefined;
      subscribers.set(args, { socket: context.extra.socket, id, scope: toScope(principal) });
    } else {
      args.contextValue = { ...contextValue, charge: () => {} };
      pipelines.set(args, pipeline);
    }
    return args;
  }

  return {
    // Thrown in there an error would close the socket, and with it every other operation.
    prepare: (context, id, payload) =>
      prepare(context, id, payload).catch((error: unknown) => [toClientError(error, report)]),
    // What it costs may be too much, which is no reason to close the socket.
    execute: async (args) => {
      try {
        return await pipelines.get(args)?.execute(args);
      } catch (error) {
        return { errors: [toClientError(error, report)] };
      }
    },
    subscribe: async (args) => {
      const subscriber = subscribers.get(args);
      if (!subscriber) throw new TypeError('a subscription that was not prepared');
      subscribers.delete(args);
      return fanout.subscribe(args, subscriber).catch((error: unknown) => ({ errors: [toClientError(error, report)] }));
    },
  };
}

/** Clients with different keys share no answers, whatever may come to depend on who asks. */
function toScope({ key }: Principal): string {
  return key ?? '';
}
