import { expect, test } from 'vitest';
import { parseWatchEvent } from '../../../src/commands/watch/watched-ticker.ts';

const numbers = { last: 1, percentage: null, bid: null, ask: null, timestamp: null, receivedAt: 2 };
const ticker = { symbol: 'BTC/USD', ...numbers, source: 'POLL', stale: true, exchange: { simulated: false } };

test('an event has its ticker, and the errors of single fields', () => {
  const event = { data: { tickersUpdated: ticker }, extensions: { errors: [{ message: 'One field failed.' }] } };
  expect(parseWatchEvent(JSON.stringify(event))).toEqual({ ticker, messages: ['One field failed.'] });
});

test('the error that ends the subscription has no ticker', () => {
  expect(parseWatchEvent('{"errors":[{"message":"Too slow."}]}')).toEqual({ ticker: null, messages: ['Too slow.'] });
});
