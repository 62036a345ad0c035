import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  getOperationAST,
} from 'graphql';
import type { OperationResult, Context as SocketContext, SubscribePayload } from 'graphql-ws';
import { requireShallow } from '../../graphql/documents/value-depth.ts';
import type { GraphQLEngine } from '../../graphql/engine.ts';
import type { Context } from '../../graphql/execution/context.ts';
import { toClientError } from '../../graphql/execution/errors.ts';
import type { Gate, Principal } from '../access/gate.ts';
import type { Fanout, Subscriber } from '../fanout/fanout.ts';
import type { GraphQLPipeline } from '../graphql/pipeline.ts';
import type { CountedSocket } from './counted-socket.ts';
import type { OperationIds } from './operation-ids.ts';
import { SocketSubscription } from './socket-subscription.ts';
import { trimPayload } from './subscribe-message.ts';

export type ConnectionParams = Record<string, unknown>;

/** The data of a socket. Does not include the upgrade request, which would stay in memory as long as the socket. */
export interface SocketExtra {
  readonly socket: CountedSocket;
  readonly ids: OperationIds;
  readonly address: string;
  /** The `Authorization` header of the upgrade request; forgotten once the client is identified. */
  authorization: string | undefined;
  /** Set once the connection is acknowledged. No operation is accepted before that. */
  principal: Principal | null;
}

export type OwnContext = SocketContext<ConnectionParams, SocketExtra>;

export interface SocketOperationsOptions {
  readonly engine: GraphQLEngine;
  readonly getEnveloped: GraphQLPipeline['getEnveloped'];
  readonly gate: Gate;
  readonly fanout: Fanout;
}

/** Handles operations over sockets in the two steps that graphql-ws prescribes. */
export interface SocketOperations {
  /**
   * Prepares the operation of a message. Resolves with the arguments of the execution, or with errors. Never rejects.
   */
  prepare(context: OwnContext, id: string, payload: SubscribePayload): Promise<ExecutionArgs | readonly GraphQLError[]>;
  /** Executes a query. Never rejects. */
  execute(args: ExecutionArgs): OperationResult;
  /** Begins a subscription. Never rejects. */
  subscribe(args: ExecutionArgs): Promise<SocketSubscription | ExecutionResult>;
}

/** Prepares operations with the GraphQL pipeline that HTTP uses. Subscriptions go to the fan-out. */
export function createSocketOperations(options: SocketOperationsOptions): SocketOperations {
  const { engine, getEnveloped, gate, fanout } = options;
  const { report } = engine;
  const pipelines = new WeakMap<ExecutionArgs, ReturnType<GraphQLPipeline['getEnveloped']>>();
  const subscribers = new WeakMap<ExecutionArgs, Subscriber<SocketSubscription>>();

  async function prepare(
    { extra }: OwnContext,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const { principal, ids, socket } = extra;
    if (!principal) throw new TypeError('an operation without a principal');
    await gate.takeRequest(principal);
    requireShallow(payload);
    const pipeline = getEnveloped({ params: payload, principal, http: null });
    const { schema } = pipeline;
    const document: DocumentNode = pipeline.parse(payload.query);
    const operation = getOperationAST(document, payload.operationName);
    trimPayload(payload, document.loc?.source.body ?? payload.query, operation ?? null);
    const errors: readonly GraphQLError[] = pipeline.validate(schema, document);
    if (errors.length > 0) return errors;
    const args = toExecutionArgs(engine, document, payload);
    const contextValue: Context = await pipeline.contextFactory();
    // If a query were refused during its execution, the socket would close.
    const cost = engine.measure(args);
    await contextValue.charge(cost);
    if (operation?.operation === 'subscription') {
      const scope = toScope(principal);
      const listed = fanout.findListed(args, scope);
      const memory = await ids.reserveMemory(id, payload, { document, variables: payload.variables, cost, listed });
      args.document = memory?.document ?? document;
      // The group creates one context for all its subscriptions.
      args.contextValue = undefined;
      subscribers.set(args, {
        scope,
        open: (host) => new SocketSubscription(host, socket, id),
      });
    } else {
      args.contextValue = { ...contextValue, charge: () => {} };
      pipelines.set(args, pipeline);
    }
    return args;
  }

  return {
    // An error thrown there would close the socket and end every other operation.
    prepare: (context, id, payload) =>
      prepare(context, id, payload).catch((error: unknown) => [toClientError(error, report)]),
    // An error, for example because the cost is too high, must not close the socket.
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

function toExecutionArgs(engine: GraphQLEngine, document: DocumentNode, payload: SubscribePayload): ExecutionArgs {
  return {
    schema: engine.schema,
    document,
    operationName: payload.operationName ?? null,
    variableValues: payload.variables ?? null,
    hideSuggestions: engine.hideSuggestions,
  };
}

/** Clients with different keys share no answers, in case answers ever depend on the client. */
function toScope({ key }: Principal): string {
  return key ?? '';
}
