import { expect, test } from 'vitest';
import { EncodedPayload } from '../../../src/server/fanout/encoded-payload.ts';

const json = '{"data":{"name":"é"}}';

test('the same JSON is in both forms', () => {
  const payload = new EncodedPayload(json);
  expect(payload.json).toBe(json);
  expect(String(payload.messagePrefix)).toBe(`{"type":"next","payload":${json},"id":`);
  expect(String(payload.streamEvent)).toBe(`event: next\ndata: ${json}\n\n`);
});

test('each form is made once', () => {
  const payload = new EncodedPayload(json);
  expect(payload.messagePrefix).toBe(payload.messagePrefix);
  expect(payload.streamEvent).toBe(payload.streamEvent);
});
