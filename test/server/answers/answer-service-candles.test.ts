import { beforeEach, expect, test } from 'vitest';
import { CandleStore } from '../../../src/candles/pages/store.ts';
import { createAnyTimeframe } from '../../../src/candles/timeframes/any-timeframe.ts';
import { createGraphQLEngine } from '../../../src/graphql/engine.ts';
import type { CandleQuery } from '../../../src/market/model/candle.ts';
import type { CandleFormat } from '../../../src/market/model/candle-text.ts';
import { createGate } from '../../../src/server/access/gate.ts';
import { Answer } from '../../../src/server/answers/answer.ts';
import { type AnswerService, createAnswerService } from '../../../src/server/answers/answer-service.ts';
import { jsonFormat } from '../../../src/server/answers/operation-request.ts';
import { PersistedQueries } from '../../../src/server/answers/persisted-queries.ts';
import { toCacheControl } from '../../../src/server/http/messages/cache-control.ts';
import { RequestRecord } from '../../../src/server/observe/request-record.ts';
import { TrueCandles } from '../../support/fakes/candle-source.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { LiveFeeds } from '../../support/feed/live-feeds.ts';

// Answers of candles as text, from an exchange that takes 300 ms for each call.

const ttlMs = 1000;
const callMs = 300;
/** A few seconds after the start of a minute. */
const start = Date.UTC(2026, 2, 4, 12, 34, 5);

class DistantCandles extends FakeMarketData {
  readonly source: TrueCandles;
  readonly #candles: ReturnType<typeof createAnyTimeframe>;
  texts = 0;

  constructor(clock: ManualClock) {
    super(clock);
    this.source = new TrueCandles(clock);
    this.source.before = () => new Promise((resolve) => clock.after(callMs, resolve));
    const stored = new CandleStore({ source: this.source, clock, ttlMs, timeoutMs: 30_000 });
    this.#candles = createAnyTimeframe({ source: this, stored, clock });
  }

  override fetchCandles(query: CandleQuery) {
    return this.#candles.fetchCandles(query);
  }

  async fetchCandleText(query: CandleQuery, format: CandleFormat) {
    const text = await this.#candles.fetchCandleText(query, format);
    if (text) this.texts += 1;
    return text;
  }
}

let clock: ManualClock;
let port: DistantCandles;
let service: AnswerService;

beforeEach(() => {
  clock = new ManualClock(start);
  port = new DistantCandles(clock);
  const engine = createGraphQLEngine({ marketData: port, live: new LiveFeeds().operations, report: () => {} });
  const persisted = new PersistedQueries(engine.documents.persisted);
  service = createAnswerService({ engine, gate: createGate(), persisted, clock });
});

/** The answer if it is there without waiting for the exchange, otherwise null. */
async function askNow(timeframe: string): Promise<Answer | null> {
  const query = `{ candles(exchange: "kraken", symbol: "BTC/USD", timeframe: "${timeframe}", limit: 20) { volume } }`;
  const record = new RequestRecord('http', () => {}, null, null);
  const operation = { format: jsonFormat, text: JSON.stringify({ query }) };
  let found: Answer | null = null;
  const answering = Promise.resolve(service.answer({ address: '192.0.2.1', key: null }, operation, record));
  answering.then(
    (answer) => {
      if (answer instanceof Answer) found = answer;
    },
    () => {},
  );
  await clock.advance(0);
  return found;
}

const textOf = (answer: Answer | null): string => answer?.toRepeated().body.toString() ?? '';

test.each(['1m', '5m'])(
  'hot candles of %s answer as text while they are renewed, and are kept until then',
  async (timeframe) => {
    const times = { waits: 0, renewing: 0, oldestMs: 0 };
    for (const seconds of [6, 10]) {
      times.waits = 0;
      for (const end = clock.now() + seconds * 1000; clock.now() < end; await clock.advance(10)) {
        const answer = await askNow(timeframe);
        const { until = 0, reusableUntil = 0 } = answer?.expiry ?? {};
        if (!answer) times.waits += 1;
        else if (until <= clock.now()) {
          times.renewing += 1;
          expect(reusableUntil).toBeGreaterThan(clock.now());
          expect(toCacheControl(answer.expiry, clock.now(), false)).toBe('public, no-cache');
        }
        if (answer) times.oldestMs = Math.max(times.oldestMs, clock.now() - (until - ttlMs));
      }
    }
    expect(port.texts).toBeGreaterThan(10);
    expect(times.waits).toBe(0);
    expect(times.renewing).toBeGreaterThan(100);
    expect(times.oldestMs).toBeLessThanOrEqual(ttlMs + callMs + 10);
    // An answer that was made during a renewal is kept until the renewal ends, and no longer.
    let first = await askNow(timeframe);
    while ((first?.expiry?.until ?? 0) > clock.now()) {
      await clock.advance(10);
      first = await askNow(timeframe);
    }
    const { hits } = service.lookups;
    await clock.advance(100);
    expect(textOf(await askNow(timeframe))).toBe(textOf(first));
    expect(service.lookups.hits).toBe(hits + 1);
    await clock.advance(callMs - 100);
    const next = await askNow(timeframe);
    expect(next?.expiry?.until).toBe(clock.now() + ttlMs);
    expect(textOf(next)).not.toBe(textOf(first));
  },
);
