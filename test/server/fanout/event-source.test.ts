import { readdirSync, readFileSync } from 'node:fs';
import { expect, expectTypeOf, test } from 'vitest';
import type { FeedEvent } from '../../../src/feed/reconcile/feed-event.ts';
import type { ResumedSubscription } from '../../../src/feed/resume/resumed-subscription.ts';
import { FeedSubscription } from '../../../src/feed/topics/feed-subscription.ts';
import {
  isResumed,
  isShared,
  type ResumedEventSource,
  type SharedEventSource,
} from '../../../src/server/fanout/event-source.ts';

test('the subscriptions of the feed are sources', () => {
  expectTypeOf<ResumedSubscription<object>>().toExtend<ResumedEventSource>();
  const source: SharedEventSource = new FeedSubscription<object>({
    sources: 1,
    maxWaiting: 1,
    isReady: () => true,
    latest: () => [],
    onEnd: () => {},
  });
  expect([isShared(source), isResumed(source)]).toEqual([true, false]);
});

test('any other events can be a source', () => {
  async function* events(): AsyncGenerator<FeedEvent<object>> {
    yield { key: 'a', value: {} };
  }
  const resumed: ResumedEventSource = Object.assign(events(), { isReplaying: false, return: async () => {} });
  expect([isShared(resumed), isResumed(resumed)]).toEqual([false, true]);
  expect([isShared(events()), isResumed(events())]).toEqual([false, false]);
});

test('the fan-out imports only types from the feed', () => {
  const folder = new URL('../../../src/server/fanout/', import.meta.url);
  const imports = readdirSync(folder)
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .flatMap((text) => text.match(/^import .*\/feed\/.*$/gm) ?? []);
  expect(imports.length).toBeGreaterThan(0);
  for (const line of imports) expect(line).toMatch(/^import type /);
});
