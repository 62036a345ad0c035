import { describe, expect, it } from 'vitest';
import { Circuit, type CircuitPermit, type CircuitState } from '../../../src/exchange/access/circuit.ts';
import type { ExchangeFailure } from '../../../src/exchange/access/circuit-pause.ts';
import { MarketDataError, type MarketDataErrorCode } from '../../../src/market/errors.ts';
import { requireError } from '../../support/exchange/venue-client.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const second = 1000;
const minute = 60 * second;
const about = { exchange: 'kraken', symbol: 'BTC/USD' };

interface Given {
  readonly retryAfterMs?: number;
  readonly status?: number;
}

function failure(code: MarketDataErrorCode, { status, ...details }: Given = {}): ExchangeFailure {
  const error = new MarketDataError(code, 'kraken failed (ETH/USD).', {
    exchange: 'kraken',
    symbol: 'ETH/USD',
    ...details,
  });
  return { error, reason: 'kraken failed', status: status ?? null };
}

function create(random = () => 0) {
  const clock = new ManualClock();
  const changes: [CircuitState, string | null][] = [];
  const circuit = new Circuit({
    exchange: 'kraken',
    clock,
    random,
    probeTimeoutMs: 20 * second,
    onChange: (state, error) => changes.push([state, error?.message ?? null]),
  });
  function refusal(): MarketDataError {
    try {
      circuit.admit(about);
    } catch (error) {
      return requireError(error);
    }
    throw new Error('it was admitted');
  }
  /** How long no call is admitted from now on, in ms, and the permit of the first call that is admitted then. */
  async function sitOut(): Promise<{ readonly pauseMs: number; readonly pass: CircuitPermit }> {
    const start = clock.now();
    while (circuit.state === 'open') await clock.advance(100);
    return { pauseMs: clock.now() - start, pass: circuit.admit(about) };
  }
  return { clock, circuit, changes, refusal, sitOut };
}

describe('a closed circuit', () => {
  it('opens at once when the exchange limits this server, and gives the reason and the pause', async () => {
    const { clock, circuit, changes, refusal } = create();
    circuit.onFailure(circuit.admit(about), failure('RATE_LIMITED', { retryAfterMs: 28 * second }));
    expect(circuit.state).toBe('open');
    expect(changes).toEqual([['open', 'kraken failed; this server tries again in 28 s.']]);
    await clock.advance(8 * second);
    const error = refusal();
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryable: true, details: about });
    expect(error.message).toBe('kraken failed; this server tries again in 20 s.');
    // A little more than the remaining time, because timers may be early.
    expect(error.details.retryAfterMs).toBe(20 * second + 10);
  });

  it('opens for ten minutes when the exchange blocks this server, and the error stays not retryable', async () => {
    const { circuit, refusal, sitOut } = create();
    circuit.onFailure(circuit.admit(about), failure('GEO_BLOCKED', { status: 451 }));
    expect(refusal()).toMatchObject({ code: 'GEO_BLOCKED', retryable: false });
    expect((await sitOut()).pauseMs).toBe(10 * minute);
  });

  it.each(['EXCHANGE_UNAVAILABLE', 'TIMEOUT'] as const)('opens after five %s in a row', async (code) => {
    const { circuit, changes, refusal, sitOut } = create();
    for (let count = 0; count < 4; count++) circuit.onFailure(circuit.admit(about), failure(code));
    circuit.onAnswer(circuit.admit(about));
    for (let count = 0; count < 4; count++) circuit.onFailure(circuit.admit(about), failure(code));
    expect(changes).toEqual([]);
    circuit.onFailure(circuit.admit(about), failure(code));
    expect(refusal().code).toBe(code);
    expect((await sitOut()).pauseMs).toBe(second);
  });

  it('does not count calls that showed nothing about the exchange', () => {
    const { circuit } = create();
    for (let count = 0; count < 4; count++) circuit.onFailure(circuit.admit(about), failure('TIMEOUT'));
    circuit.onInconclusive(circuit.admit(about));
    circuit.onFailure(circuit.admit(about), failure('TIMEOUT'));
    expect(circuit.state).toBe('open');
  });
});

describe('the pause', () => {
  it.each<{ code: MarketDataErrorCode; given: Given; seconds: readonly number[] }>([
    { code: 'RATE_LIMITED', given: {}, seconds: [30, 60, 120, 240, 480, 600, 600] },
    { code: 'RATE_LIMITED', given: { status: 429, retryAfterMs: 5000 }, seconds: [5, 10, 20] },
    { code: 'RATE_LIMITED', given: { retryAfterMs: 0 }, seconds: [1, 2, 4] },
    { code: 'RATE_LIMITED', given: { retryAfterMs: 3_600_000 }, seconds: [3600, 3600] },
    { code: 'RATE_LIMITED', given: { status: 418 }, seconds: [120, 240, 480, 600] },
    { code: 'GEO_BLOCKED', given: { status: 403 }, seconds: [600, 600] },
  ])('of $code with $given is $seconds s', async ({ code, given, seconds }) => {
    const { circuit, sitOut } = create();
    let pass = circuit.admit(about);
    const pauses: number[] = [];
    for (const _ of seconds) {
      circuit.onFailure(pass, failure(code, given));
      const { pauseMs, pass: probe } = await sitOut();
      pauses.push(pauseMs / second);
      pass = probe;
    }
    expect(pauses).toEqual(seconds);
  });

  it('after failures in a row doubles up to half a minute, and is never shorter than the exchange asked for', async () => {
    const { circuit, sitOut } = create();
    for (let count = 0; count < 4; count++) circuit.onFailure(circuit.admit(about), failure('TIMEOUT'));
    let pass = circuit.admit(about);
    for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
      circuit.onFailure(pass, failure('TIMEOUT'));
      const { pauseMs, pass: probe } = await sitOut();
      expect(pauseMs).toBe(seconds * second);
      pass = probe;
    }
    circuit.onFailure(pass, failure('EXCHANGE_UNAVAILABLE', { retryAfterMs: 90 * second }));
    expect((await sitOut()).pauseMs).toBe(90 * second);
  });

  it('is only made longer by the jitter', async () => {
    for (const [chance, seconds] of [
      [0, 30],
      [0.5, 33],
      [1, 36],
    ] as const) {
      const { circuit, sitOut } = create(() => chance);
      circuit.onFailure(circuit.admit(about), failure('RATE_LIMITED', { retryAfterMs: 30 * second }));
      expect((await sitOut()).pauseMs).toBe(seconds * second);
    }
  });

  it('keeps doubling when the circuit opens again soon after it closed, but not after a healthy period', async () => {
    const { clock, circuit, sitOut } = create();
    circuit.onFailure(circuit.admit(about), failure('RATE_LIMITED'));
    circuit.onAnswer((await sitOut()).pass);
    await clock.advance(10 * second);
    circuit.onFailure(circuit.admit(about), failure('RATE_LIMITED'));
    const again = await sitOut();
    expect(again.pauseMs).toBe(minute);
    circuit.onAnswer(again.pass);
    await clock.advance(minute);
    circuit.onFailure(circuit.admit(about), failure('RATE_LIMITED'));
    expect((await sitOut()).pauseMs).toBe(30 * second);
  });
});

describe('after the pause', () => {
  async function createHalfOpen() {
    const created = create();
    created.circuit.onFailure(created.circuit.admit(about), failure('RATE_LIMITED'));
    await created.clock.advance(30 * second);
    created.changes.length = 0;
    return created;
  }

  it('one call is admitted, and the others are refused until it has ended', async () => {
    const { circuit, changes, refusal } = await createHalfOpen();
    expect(circuit.state).toBe('half-open');
    const probe = circuit.admit(about);
    expect(probe.isProbe).toBe(true);
    expect(refusal()).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterMs: second } });
    expect(refusal().message).toBe('kraken failed; this server is trying again now.');
    circuit.onAnswer(probe);
    expect(circuit.state).toBe('closed');
    expect(circuit.admit(about).isProbe).toBe(false);
    expect(changes.map(([state]) => state)).toEqual(['half-open', 'closed']);
  });

  it('a failure of the probe opens the circuit for longer, whatever the failure is', async () => {
    const { circuit, sitOut } = await createHalfOpen();
    circuit.onFailure(circuit.admit(about), failure('TIMEOUT'));
    expect((await sitOut()).pauseMs).toBe(30 * second);
  });

  it('the next call is the probe when the first one showed nothing', async () => {
    const { circuit } = await createHalfOpen();
    circuit.onInconclusive(circuit.admit(about));
    expect(circuit.admit(about).isProbe).toBe(true);
  });

  it('a probe that does not end in time has failed', async () => {
    const { clock, circuit, refusal, sitOut } = await createHalfOpen();
    const lost = circuit.admit(about);
    await clock.advance(20 * second);
    expect(refusal().message).toBe('kraken failed; this server tries again in 60 s.');
    circuit.onAnswer(lost);
    expect((await sitOut()).pauseMs).toBe(minute);
  });

  it('a clock that is set back does not keep the circuit open', () => {
    const created = create();
    created.circuit.onFailure(created.circuit.admit(about), failure('RATE_LIMITED'));
    const { now } = created.clock;
    created.clock.now = () => now() - 3_600_000;
    expect(created.circuit.admit(about).isProbe).toBe(true);
  });
});

describe('calls that were running when it opened', () => {
  it('do not extend the pause with the same failure, and do not close the circuit', async () => {
    const { circuit, changes, sitOut } = create();
    const passes = Array.from({ length: 10 }, () => circuit.admit(about));
    for (const pass of passes.slice(1)) circuit.onFailure(pass, failure('RATE_LIMITED', { retryAfterMs: 5000 }));
    for (const pass of passes.slice(0, 1)) circuit.onAnswer(pass);
    expect(changes).toHaveLength(1);
    expect((await sitOut()).pauseMs).toBe(5 * second);
  });

  it('extend the pause when the exchange asks for a longer one', async () => {
    const { circuit, sitOut } = create();
    const [first, second_] = [circuit.admit(about), circuit.admit(about)];
    circuit.onFailure(first, failure('RATE_LIMITED', { retryAfterMs: 5000 }));
    circuit.onFailure(second_, failure('RATE_LIMITED', { retryAfterMs: 60_000 }));
    expect((await sitOut()).pauseMs).toBe(minute);
  });
});
