import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { YogaContext } from './door.ts';

/**
 * Refuses a subscription whose client takes no events. Yoga would take it up and find out afterwards, and nobody would
 * ever end it.
 */
export function useEventStream(): Plugin<YogaContext> {
  return {
    onSubscribe: ({ args }) => {
      const { isHead, request, response } = args.contextValue;
      if (isHead)
        throw refuse(405, 'A subscription has no end to describe: HEAD is for queries.', { allow: 'GET, POST' });
      if (!takesEvents(request.headers.get('accept'))) {
        throw refuse(
          406,
          'A subscription over HTTP is answered with server-sent events: send accept: text/event-stream, or subscribe over a WebSocket.',
        );
      }
      // Its close has been told already, and nothing would end what begins now.
      if (response.destroyed) throw refuse(400, 'The client has gone.');
    },
  };
}

function takesEvents(accept: string | null): boolean {
  const ranges = (accept || '*/*').toLowerCase().split(',');
  return ranges.some((range) => /^\s*(?:text\/event-stream|text\/\*|\*\/\*)\s*(?:;|$)/.test(range));
}

function refuse(status: number, message: string, headers: Readonly<Record<string, string>> = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status, headers } } });
}
