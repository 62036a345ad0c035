import { afterEach, beforeEach, expect, test } from 'vitest';
import { EncodedPayload } from '../../../../src/server/fanout/encoded-payload.ts';
import type { SubscriptionHost } from '../../../../src/server/fanout/group-subscription.ts';
import { createEventEncoder } from '../../../../src/server/rest/streams/event-encoder.ts';
import { readLastEventId, toTradesEventId } from '../../../../src/server/rest/streams/event-ids.ts';
import { ResumedTrades } from '../../../../src/server/rest/streams/resumed-trades.ts';
import { createRetryLines } from '../../../../src/server/rest/streams/retry-line.ts';
import type { EventForm } from '../../../../src/server/rest/streams/value-subscription.ts';
import { eventually } from '../../../support/socket-client.ts';
import type { StreamClient } from '../../../support/stream-client.ts';
import { ResponseServer } from '../../../support/stream-response.ts';

const at = 1_796_027_546_123;
const form: EventForm = {
  encode: createEventEncoder('tradesExecuted', toTradesEventId),
  toRetryLine: createRetryLines(() => 0.5),
};

let server: ResponseServer;
let subscription: ResumedTrades;
let client: StreamClient;
let number: number;

const host: SubscriptionHost = {
  slowConsumer: new EncodedPayload('{"data":null,"errors":[{"message":"slow"}]}'),
  counts: { messages: 0, conflated: 0, unchanged: 0, slowConsumers: 0 },
  onStart: () => {},
  onStalled: () => {},
  onEnd: () => {},
};

beforeEach(async () => {
  server = new ResponseServer();
  number = 0;
  await server.start();
});

afterEach(() => server.stop());

/** A client that sends this id back. */
async function resume(lastEventId: string): Promise<void> {
  const position = readLastEventId(lastEventId);
  if (!position) throw new TypeError('no position');
  const opened = await server.open();
  client = opened.client;
  subscription = new ResumedTrades(host, opened.response, form, position);
  subscription.start();
}

/** Sends an event with these trades: a key, or a key and the time of the trade. */
function send(...trades: readonly (string | readonly [string, number])[]): boolean {
  number += 1;
  const rows = trades.map((trade) => (typeof trade === 'string' ? ([trade, at] as const) : trade));
  const value = rows.map(([key, timestamp]) => ({ id: `Trade:bybit:BTC/USDT:USDT:${key}`, timestamp }));
  const json = JSON.stringify({ data: { tradesExecuted: value } });
  return subscription.send(String(number), number, new EncodedPayload(json));
}

/** The keys of the trades in each event that the client has received. */
async function received(): Promise<readonly (readonly string[])[]> {
  subscription.end();
  await eventually(() => client.closed);
  return client.events.map(({ data }) =>
    JSON.parse(data ?? '').map(({ id }: { readonly id: string }) => id.slice(id.lastIndexOf(':') + 1)),
  );
}

test('trades that the client has are left out, and those that follow come', async () => {
  await resume(`${at}/3`);
  send('1', '2', '3', '4', ['5', at + 1]);
  send(['6', at + 2]);
  expect(await received()).toEqual([['4', '5'], ['6']]);
  expect(client.events.map(({ id }) => id)).toEqual([`${at + 1}/5`, `${at + 2}/6`]);
});

test('a trade is not lost because ccxt sorts the ids of an answer as text', async () => {
  await resume(`${at}/999`);
  send('1000', '1001', '998', '999');
  expect(await received()).toEqual([['1000', '1001']]);
});

test('of trades whose ids are not numbers, exactly those that the position names are left out', async () => {
  await resume(`${at}/c0ffee-1/ab-2`);
  send('ab-2', 'b-3', 'c0ffee-1', 'd-4');
  expect(await received()).toEqual([['b-3', 'd-4']]);
});

test('an event with only known trades is not sent', async () => {
  await resume(`${at}/2`);
  const before = host.counts.messages;
  send('1', '2');
  expect(host.counts.messages).toBe(before);
  send('3');
  expect(await received()).toEqual([['3']]);
});

test('known trades are found in a later event of the same millisecond, too', async () => {
  await resume(`${at}/7`);
  send('x', 'y');
  send('6', '7', '8');
  expect(await received()).toEqual([['x', 'y'], ['8']]);
});

test('if no known trade comes again, nothing is left out', async () => {
  await resume(`${at}/other`);
  send('1', '2', ['3', at + 1]);
  // From here on, nothing is looked for.
  send('other', '4');
  expect(await received()).toEqual([
    ['1', '2', '3'],
    ['other', '4'],
  ]);
});

test('smaller numbers are left out only if the known trade comes again: ids can have changed', async () => {
  await resume(`${at}/500`);
  send('1', '2', ['3', at + 1]);
  expect(await received()).toEqual([['1', '2', '3']]);
});

test('trades of other milliseconds are never left out', async () => {
  await resume(`${at}/5`);
  send('5', ['4', at + 1], ['5', at + 2]);
  expect(await received()).toEqual([['4', '5']]);
});

test('a call can return whole seconds for trades that were streamed with milliseconds', async () => {
  await resume(`${at}/5`);
  const second = at - (at % 1000);
  send(['4', second], ['5', second], ['6', second], ['7', second + 1000]);
  expect(await received()).toEqual([['6', '7']]);
});

test('an error is sent as it is, and ends the stream', async () => {
  await resume(`${at}/1`);
  subscription.send('error', 1, host.slowConsumer);
  await eventually(() => client.closed);
  expect(client.events).toMatchObject([{ event: 'problem', data: expect.stringContaining('slow') }]);
});
