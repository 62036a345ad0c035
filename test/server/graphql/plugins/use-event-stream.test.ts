import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { expect, test } from 'vitest';
import { useEventStream } from '../../../../src/server/graphql/plugins/use-event-stream.ts';
import type { YogaContext } from '../../../../src/server/graphql/request/yoga-context.ts';
import { RequestRecord } from '../../../../src/server/observe/request-record.ts';

// A subscription with a form that the door cannot read would come to Yoga, and no limit would apply to it there.

let started = 0;

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { a: { type: GraphQLString, resolve: () => 'b' } } }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      a: {
        type: GraphQLString,
        subscribe: async function* () {
          started += 1;
          yield { a: 'b' };
        },
      },
    },
  }),
});

test.each(['text/event-stream', '*/*', 'application/json'])(
  'Yoga starts no subscription over HTTP, whatever the client accepts: %s',
  async (accept) => {
    const yoga = createYoga<YogaContext>({ schema, logging: false, plugins: [useEventStream()] });
    const ask = (query: string) =>
      yoga.fetch(
        'http://localhost/graphql',
        { method: 'POST', headers: { 'content-type': 'application/json', accept }, body: JSON.stringify({ query }) },
        {
          principal: { address: '127.0.0.1', key: null },
          http: {
            response: new ServerResponse(new IncomingMessage(new Socket())),
            isHead: false,
            isCharged: false,
            record: new RequestRecord('http', () => {}, null, null),
          },
        },
      );
    const refused = await ask('subscription { a }');
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('BAD_USER_INPUT')]);
    expect(started).toBe(0);
    expect(await (await ask('{ a }')).text()).toContain('{"data":{"a":"b"}}');
  },
);
