import type { ServerResponse } from 'node:http';
import { type ExecutionArgs, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { MeasureCost } from '../../../graphql/cost/cost-meter.ts';
import type { Admission } from '../../access/admission.ts';
import type { LimitReached } from '../../access/waiting-room.ts';
import { httpStatus } from '../../http/messages/statuses.ts';
import { clientHasLeft } from '../request/client-has-left.ts';
import type { YogaContext } from '../request/yoga-context.ts';

/**
 * Counts subscriptions over server-sent events as open operations, and counts the memory that they keep. A subscription
 * over the limit waits briefly for another one to end. The executed operation counts, not the Accept header, because a
 * client that accepts anything receives events too.
 */
export function useStreamLimit(admission: Admission, measure: MeasureCost): Plugin<YogaContext> {
  async function enter(address: string, response: ServerResponse, bytes: number, args: ExecutionArgs): Promise<void> {
    const { document, variableValues: variables } = args;
    const cost = measure(args);
    const leave = (): void => admission.leave(response);
    response.once('close', leave);
    const limit = await admission.enter(response, { address, bytes, take: () => admission.take(address) });
    if (limit) throw refuse(limit);
    const memory = await admission.reserve(response, address, { document, variables, cost });
    if (!('keys' in memory)) {
      admission.release(address);
      throw refuse(memory);
    }
    response.off('close', leave);
    const release = (): void => {
      admission.release(address);
      admission.releaseMemory(memory);
    };
    // The 'close' event has been emitted already.
    if (response.destroyed) {
      release();
      throw clientHasLeft();
    }
    response.once('close', release);
    Object.assign(args, { document: memory.document });
  }

  return {
    onSubscribe: ({ args }) => {
      const { principal, http, params } = args.contextValue;
      return http ? enter(principal.address, http.response, JSON.stringify(params).length, args) : undefined;
    },
  };
}

/**
 * If all clients together have reached a limit, the server is at fault (503). Any other limit is the client's fault
 * (429).
 */
function refuse({ isServerWide, toError }: LimitReached): GraphQLError {
  const { message, code, retryable } = toError();
  const status = isServerWide ? httpStatus.serviceUnavailable : httpStatus.tooManyRequests;
  return new GraphQLError(message, { extensions: { code, retryable, http: { status } } });
}
