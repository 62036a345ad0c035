import type { ServerResponse } from 'node:http';
import { type ExecutionArgs, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { MeasureCost } from '../../../graphql/cost/cost-meter.ts';
import type { Admission } from '../../access/admission.ts';
import type { Shortage } from '../../access/waiting-room.ts';
import type { YogaContext } from '../../doors/graphql-http.ts';

/**
 * Counts subscriptions over server-sent events among the operations that are open, and what they keep in memory; one too
 * many waits a moment until another has ended. By what is executed and not by Accept, since who accepts anything gets
 * events too.
 */
export function useStreamLimit(admission: Admission, measure: MeasureCost): Plugin<YogaContext> {
  async function enter(address: string, response: ServerResponse, bytes: number, args: ExecutionArgs): Promise<void> {
    const { document, variableValues: variables } = args;
    const cost = measure(args);
    const leave = (): void => admission.leave(response);
    response.once('close', leave);
    const shortage = await admission.enter(response, { address, bytes, take: () => admission.take(address) });
    if (shortage) throw refuse(shortage);
    const hold = await admission.hold(response, address, { document, variables, cost });
    if (!('keys' in hold)) {
      admission.release(address);
      throw refuse(hold);
    }
    response.off('close', leave);
    const release = (): void => {
      admission.release(address);
      admission.releaseHold(hold);
    };
    // Its close has been told already.
    if (response.destroyed) {
      release();
      throw new GraphQLError('The client has gone.', { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
    }
    response.once('close', release);
    Object.assign(args, { document: hold.document });
  }

  return {
    onSubscribe: ({ args }) => {
      const { principal, response, params } = args.contextValue;
      return enter(principal.address, response, JSON.stringify(params).length, args);
    },
  };
}

/** What all clients together took is this server's trouble, and what this one took the client's. */
function refuse({ isGeneral, toError }: Shortage): GraphQLError {
  const { message, code, retryable } = toError();
  return new GraphQLError(message, { extensions: { code, retryable, http: { status: isGeneral ? 503 : 429 } } });
}
