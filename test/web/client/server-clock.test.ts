import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ServerClock } from '../../../web/src/client/server-clock.ts';

/** A browser's clock, and the clock of a server that is ahead of it. */
class Clocks {
  browser = Date.UTC(2026, 0, 1);
  readonly server = new ServerClock(() => this.browser);
  aheadMs = 0;

  /** A response that takes this long to come and to go. */
  respond(requestMs: number, responseMs: number): void {
    const sentAt = this.browser;
    this.browser += requestMs;
    const header = new Date(this.browser + this.aheadMs).toUTCString();
    this.browser += responseMs;
    this.server.observe(header, sentAt);
  }

  get errorMs(): number {
    return Math.abs(this.server.now() - (this.browser + this.aheadMs));
  }
}

const latency = fc.integer({ min: 0, max: 2_000 });
const responses = fc.array(fc.record({ requestMs: latency, responseMs: latency, pauseMs: fc.nat(5_000) }), {
  minLength: 1,
  maxLength: 20,
});
const ahead = fc.integer({ min: -86_400_000, max: 86_400_000 });

test('however wrong the browser is, the error is at most what a single response leaves open', () => {
  fc.assert(
    fc.property(ahead, responses, (aheadMs, list) => {
      const clocks = new Clocks();
      clocks.aheadMs = aheadMs;
      const open: number[] = [];
      for (const { requestMs, responseMs, pauseMs } of list) {
        clocks.respond(requestMs, responseMs);
        open.push(1000 + requestMs + responseMs);
        expect(clocks.errorMs).toBeLessThanOrEqual(Math.min(...open));
        clocks.browser += pauseMs;
      }
    }),
  );
});

test('after a clock was set, the next response makes it right again', () => {
  fc.assert(
    fc.property(ahead, ahead, responses, (before, after, list) => {
      const clocks = new Clocks();
      clocks.aheadMs = before;
      for (const { requestMs, responseMs } of list) clocks.respond(requestMs, responseMs);
      clocks.aheadMs = after;
      clocks.respond(100, 100);
      expect(clocks.errorMs).toBeLessThanOrEqual(3_000 + 4_000);
    }),
  );
});

test('clocks that may agree count as equal', () => {
  const clocks = new Clocks();
  expect(clocks.server.now()).toBe(clocks.browser);
  clocks.respond(20, 20);
  expect(clocks.server.now()).toBe(clocks.browser);
});

test('a response without a date says nothing', () => {
  const clocks = new Clocks();
  clocks.server.observe(null, clocks.browser);
  clocks.server.observe('soon', clocks.browser);
  expect(clocks.server.now()).toBe(clocks.browser);
});
