import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { MarketDataErrorCode } from '../../../src/market/errors.ts';
import {
  brokenAnswers,
  connect,
  expectDiscreet,
  loadMarkets,
  requireError,
  type VenueClient,
  venues,
} from '../../support/exchange/venue-client.ts';
import { SkippingClock } from '../../support/fakes/skipping-clock.ts';

const unavailable = { codes: ['EXCHANGE_UNAVAILABLE'], retryable: true } as const;
const refused = { codes: ['BAD_EXCHANGE_RESPONSE'], retryable: false } as const;
const limited = { codes: ['RATE_LIMITED'], retryable: true } as const;
const blocked = { codes: ['GEO_BLOCKED'], retryable: false } as const;
const late = { codes: ['TIMEOUT'], retryable: true } as const;

interface Outcome {
  readonly codes: readonly MarketDataErrorCode[];
  readonly retryable: boolean;
}

const statuses: readonly (readonly [number, Outcome])[] = [
  [400, refused],
  [401, { codes: ['AUTHENTICATION_REQUIRED'], retryable: false }],
  [403, blocked],
  [404, refused],
  [408, late],
  [413, refused],
  [414, refused],
  [418, limited],
  [422, refused],
  [429, limited],
  [431, refused],
  [451, blocked],
  [500, unavailable],
  [502, unavailable],
  [503, unavailable],
  [504, late],
  [520, unavailable],
  [523, unavailable],
];

type Endless = 'hang' | 'hang-body' | 'drip';
type Broken = Exclude<(typeof brokenAnswers)[number], Endless>;

/** Responses that never end. Only these have a short deadline: other responses may be late on a busy machine. */
const endless: readonly Endless[] = ['hang', 'hang-body', 'drip'];

const broken: Readonly<Record<Broken, Outcome>> = {
  'cut-gzip': unavailable,
  cut: unavailable,
  reset: unavailable,
  'cut-body': unavailable,
  garbage: { codes: ['BAD_EXCHANGE_RESPONSE'], retryable: true },
  truncated: { codes: ['BAD_EXCHANGE_RESPONSE'], retryable: true },
  'truncated-gzip': { codes: ['BAD_EXCHANGE_RESPONSE'], retryable: true },
  'bad-gzip': { codes: ['BAD_EXCHANGE_RESPONSE', 'EXCHANGE_UNAVAILABLE'], retryable: true },
  empty: { codes: ['BAD_EXCHANGE_RESPONSE'], retryable: true },
};

const hourMs = 3_600_000;

const brokenKinds = brokenAnswers.filter((kind): kind is Broken => kind in broken);

describe.each(venues)('$id', ({ id, symbol }) => {
  const clock = new SkippingClock();
  let connection: VenueClient;

  beforeAll(async () => {
    connection = await connect(id, { clock });
    await loadMarkets(connection);
  });

  afterAll(() => connection.close());

  function heal(): void {
    connection.venue.heal();
    // After some faults an exchange is not called for a while.
    clock.skip(hourMs);
  }

  async function ask() {
    return (await connection.data.fetchTickers(id, [symbol])).get(symbol);
  }

  it.each(statuses)('HTTP %i', async (status, { codes, retryable }) => {
    connection.venue.fault({ kind: 'status', status });
    const error = requireError(await ask());
    heal();
    expect(codes).toContain(error.code);
    expect(error.retryable).toBe(retryable);
    expect(error.details).toMatchObject({ exchange: id, symbol });
    expectDiscreet(error);
  });

  it.each(brokenKinds)('%s', async (kind) => {
    connection.venue.fault({ kind });
    const error = requireError(await ask());
    heal();
    expect(broken[kind].codes).toContain(error.code);
    expect(error.retryable).toBe(broken[kind].retryable);
    expectDiscreet(error);
    expect(await ask()).toMatchObject({ symbol, stale: false });
  });

  it.each(endless)('%s', async (kind) => {
    const impatient = await connect(id, { clock, timeoutMs: 400 });
    onTestFinished(impatient.close);
    await loadMarkets(impatient);
    const askIt = async () => (await impatient.data.fetchTickers(id, [symbol])).get(symbol);
    impatient.venue.fault({ kind });
    const error = requireError(await askIt());
    impatient.venue.heal();
    clock.skip(hourMs);
    expect(error).toMatchObject({ code: 'TIMEOUT', retryable: true });
    expectDiscreet(error);
    expect(await askIt()).toMatchObject({ symbol, stale: false });
  });

  it('a response whose content type is not JSON is still read', async () => {
    connection.venue.fault({ kind: 'wrong-type' });
    expect(await ask()).toMatchObject({ symbol, stale: false });
    connection.venue.heal();
  });

  it.each([
    { header: '7', waitMs: 7000 },
    { header: '0', waitMs: 0 },
    { header: 'Thu, 01 Jan 1970 00:00:00 GMT', waitMs: 0 },
    { header: 'soon', waitMs: undefined },
    { header: '-5', waitMs: undefined },
    { header: '1.5', waitMs: undefined },
  ])('429 with Retry-After: $header', async ({ header, waitMs }) => {
    connection.venue.fault({ kind: 'status', status: 429, headers: { 'retry-after': header } });
    const error = requireError(await ask());
    heal();
    expect(error.code).toBe('RATE_LIMITED');
    expect(error.details.retryAfterMs).toBe(waitMs);
    expect(error.message).not.toContain(' 0 s');
  });

  it('a Retry-After date in the future is a wait in ms', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    connection.venue.fault({ kind: 'status', status: 503, headers: { 'retry-after': date } });
    const error = requireError(await ask());
    heal();
    expect(error.code).toBe('EXCHANGE_UNAVAILABLE');
    expect(error.details.retryAfterMs).toBeGreaterThan(50_000);
    expect(error.details.retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it('a redirect is not followed', async () => {
    const elsewhere = `${connection.venue.url}/elsewhere`;
    connection.venue.fault({ kind: 'status', status: 302, headers: { location: elsewhere } });
    const error = requireError(await ask());
    heal();
    expect(error.code).toBe('EXCHANGE_UNAVAILABLE');
    expect(connection.venue.count(/elsewhere/)).toBe(0);
    expectDiscreet(error);
  });
});

describe("kraken's own error codes, which come with HTTP 200", () => {
  const clock = new SkippingClock();
  let connection: VenueClient;

  beforeAll(async () => {
    connection = await connect('kraken', { clock });
    await loadMarkets(connection);
  });

  afterAll(() => connection.close());

  it.each([
    { word: 'EGeneral:Too many requests', code: 'RATE_LIMITED' },
    { word: 'EAPI:Rate limit exceeded', code: 'RATE_LIMITED' },
    { word: 'EGeneral:Temporary lockout', code: 'RATE_LIMITED' },
    { word: 'EService:Unavailable', code: 'EXCHANGE_UNAVAILABLE' },
    { word: 'EGeneral:Internal error', code: 'EXCHANGE_UNAVAILABLE' },
    // To ccxt, this code is only a generic ExchangeError.
    { word: 'EQuery:Unknown asset pair', code: 'BAD_EXCHANGE_RESPONSE' },
    { word: 'EGeneral:Something new', code: 'BAD_EXCHANGE_RESPONSE' },
  ])('$word is $code', async ({ word, code }) => {
    connection.venue.fault({ kind: 'status', status: 200, body: { error: [word] }, times: 1 });
    const error = requireError((await connection.data.fetchTickers('kraken', ['BTC/USD'])).get('BTC/USD'));
    clock.skip(hourMs);
    expect(error.code).toBe(code);
    expect(error.message).not.toContain(word);
    expectDiscreet(error);
  });
});
