import { gql, type OperationResult } from 'urql';
import { expect, test } from 'vitest';
import { pipe, subscribe } from 'wonka';
import { createFakeClient, FakeSocket } from '../../support/web/fake-socket.ts';

const document = gql`subscription Ticks($since: Int) { tick(since: $since) }`;

function open(variables = {}) {
  const socket = new FakeSocket();
  const results: OperationResult[] = [];
  const { unsubscribe } = pipe(
    createFakeClient(socket).subscription(document, variables),
    subscribe((result) => results.push(result)),
  );
  return { socket, results, unsubscribe, operation: socket.latest };
}

test('each event is a result by itself: nothing of the one before stays', () => {
  const { operation, results } = open();
  operation.sink.next({ data: { tick: 1 }, extensions: { errors: [{ message: 'a field failed' }] } });
  operation.sink.next({ data: { tick: 2 } });
  expect(results.map(({ data }) => data)).toEqual([{ tick: 1 }, { tick: 2 }]);
  expect(results.map(({ extensions }) => extensions)).toEqual([{ errors: [{ message: 'a field failed' }] }, undefined]);
});

test('an error that ends the subscription does not bring the last data again', () => {
  const { operation, results } = open();
  operation.sink.next({ data: { tick: 1 } });
  operation.sink.error([{ message: 'The client is too slow.', extensions: { retryable: true } }]);
  expect(results.at(-1)?.data).toBeUndefined();
  expect(results.at(-1)?.error?.graphQLErrors[0]).toMatchObject({
    message: 'The client is too slow.',
    extensions: { retryable: true },
  });
});

test('a socket that is not opened again is an error with the reason of the server', () => {
  const { operation, results } = open();
  operation.sink.error({ code: 4429, reason: 'Too many sockets' });
  expect(results.at(-1)?.error?.networkError?.message).toBe('The server closed the connection: Too many sockets.');
});

test('variables with a getter are read whenever the operation is sent', () => {
  let since = 1;
  const variables = {
    get since() {
      return since;
    },
  };
  const { operation } = open(variables);
  since = 2;
  expect(JSON.stringify(operation.payload.variables)).toBe('{"since":2}');
});

test('it ends the operation when nobody needs it any more', () => {
  const { operation, unsubscribe } = open();
  expect(operation.isStopped).toBe(false);
  unsubscribe();
  expect(operation.isStopped).toBe(true);
});
