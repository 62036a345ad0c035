import type { ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { SubscriptionHost } from '../fanout/group-subscription.ts';
import type { HttpContext } from '../http/messages/http-context.ts';
import { requireEventStream, sendRefusedStream } from './stream-messages.ts';
import { StreamSubscription } from './stream-subscription.ts';

/** How a subscription over server-sent events is written. */
export interface StreamFormat {
  /** The text before the first event. Some browsers wait for the first bytes of the body. */
  readonly head: string;
  /** Creates the subscription, which writes the events to the response. */
  readonly open: (host: SubscriptionHost, response: ServerResponse) => StreamSubscription;
  /** Throws if the client cannot receive the events. */
  readonly requireClient: (context: HttpContext) => void;
  /** Answers a subscription that is refused before its first event. There is at least one error. */
  readonly refuse: (context: HttpContext, errors: readonly GraphQLError[]) => void;
}

/** The distinct connections mode of GraphQL over SSE. */
export const graphqlFormat: StreamFormat = {
  head: ':\n\n',
  open: (host, response) => new StreamSubscription(host, response),
  requireClient: requireEventStream,
  refuse: sendRefusedStream,
};
