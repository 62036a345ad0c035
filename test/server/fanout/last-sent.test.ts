import { expect, test } from 'vitest';
import { EncodedPayload } from '../../../src/server/fanout/encoded-payload.ts';
import { LastSent } from '../../../src/server/fanout/last-sent.ts';

const payload = (json: string): EncodedPayload => new EncodedPayload(json);

test('a payload is repeated if it is the last one of its key', () => {
  const sent = new LastSent();
  const repeated = ['a 1', 'a 1', 'b 1', 'a 2', 'a 1', 'b 1'].map((text) => {
    const [key = '', json = ''] = text.split(' ');
    return sent.isRepeated(key, payload(json));
  });
  expect(repeated).toEqual([false, true, false, false, false, true]);
});

test('the newest keys are remembered, so that keys which are used once do not fill the memory', () => {
  const sent = new LastSent(2);
  for (const key of ['a', 'b', 'a', 'c']) sent.isRepeated(key, payload(key === 'a' ? '1' : '2'));
  expect(sent.isRepeated('c', payload('2'))).toBe(true);
  expect(sent.isRepeated('b', payload('2'))).toBe(true);
  expect(sent.isRepeated('a', payload('1'))).toBe(false);
});

test('after a subscription has joined with another payload, the next one is sent to all', () => {
  const sent = new LastSent();
  sent.isRepeated('a', payload('1'));
  sent.onJoin('a', payload('1'));
  expect(sent.isRepeated('a', payload('1'))).toBe(true);
  sent.onJoin('a', payload('2'));
  expect(sent.isRepeated('a', payload('1'))).toBe(false);
});

test('a key that is forgotten begins anew', () => {
  const sent = new LastSent();
  sent.isRepeated('a', payload('1'));
  sent.forget('a');
  expect(sent.isRepeated('a', payload('1'))).toBe(false);
});

test('a payload that a newcomer did not receive, because it had a newer one, is not common to all', () => {
  const lastSent = new LastSent();
  const [one, two] = [new EncodedPayload('1'), new EncodedPayload('2')];
  lastSent.isRepeated('a', one);
  lastSent.onJoin('a', one);
  expect(lastSent.isRepeated('a', two)).toBe(false);
  lastSent.onSent('a', two, false);
  expect(lastSent.isRepeated('a', two)).toBe(false);
  lastSent.onSent('a', two, true);
  expect(lastSent.isRepeated('a', two)).toBe(true);
});

test('a newcomer without a payload receives the next one', () => {
  const lastSent = new LastSent();
  const one = new EncodedPayload('1');
  lastSent.isRepeated('a', one);
  lastSent.onJoin('a', null);
  expect(lastSent.isRepeated('a', one)).toBe(false);
});
