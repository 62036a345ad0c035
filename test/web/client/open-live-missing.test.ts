import { Client, gql, makeResult, type Operation } from 'urql';
import { expect, test } from 'vitest';
import { fromArray, mergeMap } from 'wonka';
import type { Failure } from '../../../web/src/client/error-text.ts';
import { openLive } from '../../../web/src/client/open-live.ts';

const data = { screenUpdated: [] };
const errors = [{ message: 'Some markets are missing.', extensions: { retryable: true, retryAfterMs: 1000 } }];

test('what the server could not fetch for an event comes with it, and does not end the subscription', () => {
  const events = [{ data, extensions: { errors } }, { data, extensions: { cost: 1 } }, { data }];
  const toResults = (operation: Operation) => fromArray(events.map((event) => makeResult(operation, event)));
  const client = new Client({
    url: 'http://localhost',
    preferGetMethod: false,
    exchanges: [() => mergeMap(toResults)],
  });
  const received: (Failure | null)[] = [];
  const close = openLive({
    client,
    document: gql`subscription { screenUpdated(exchange: "kraken") { symbol } }`,
    variables: () => ({}),
    onData: (_data, missing) => received.push(missing),
    onFailure: () => expect.fail('the subscription has not failed'),
  });
  close();
  expect(received).toMatchObject([{ message: 'Some markets are missing.', retryAfterMs: 1000 }, null, null]);
});
