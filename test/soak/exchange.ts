import { setTimeout } from 'node:timers/promises';
import type { Venue } from '../venues/venue.ts';

/** Makes something go wrong at the exchange. `repair` ends it. */
type InjectFault = (venue: Venue) => void;

const faults: readonly (readonly [string, InjectFault])[] = [
  ['hangs', (venue) => venue.fault({ kind: 'hang' })],
  ['answers 503', (venue) => venue.fault({ kind: 'status', status: 503 })],
  ['answers 429', (venue) => venue.fault({ kind: 'status', status: 429, headers: { 'retry-after': '1' } })],
  ['answers garbage', (venue) => venue.fault({ kind: 'garbage' })],
  ['hangs within bodies', (venue) => venue.fault({ kind: 'hang-body' })],
  ['cuts connections', (venue) => venue.fault({ kind: 'cut' })],
  ['cuts bodies', (venue) => venue.fault({ kind: 'cut-body' })],
  ['truncates', (venue) => venue.fault({ kind: 'truncated' })],
  ['sends invalid gzip', (venue) => venue.fault({ kind: 'bad-gzip' })],
  ['answers nothing', (venue) => venue.fault({ kind: 'empty' })],
  [
    'is slow',
    (venue) => {
      venue.delayMs = 300;
    },
  ],
  ['drops streams', (venue) => venue.dropStreams()],
  ['drops streams within frames', (venue) => venue.dropMidFrame()],
  ['closes streams', (venue) => venue.closeStreams(1001)],
  ['is silent', (venue) => venue.silence()],
  [
    'refuses streams',
    (venue) => {
      venue.refuseStreams();
      venue.dropStreams();
    },
  ],
  [
    'leaves streams without an answer',
    (venue) => {
      venue.hangStreams();
      venue.dropStreams();
    },
  ],
  ['streams text that is not JSON', (venue) => venue.sendGarbage('text')],
  ['streams JSON of the wrong shape', (venue) => venue.sendGarbage('json')],
  ['streams bytes', (venue) => venue.sendGarbage('binary')],
  ['streams invalid numbers', (venue) => venue.sendGarbage('badNumbers')],
  ['delists a market', (venue) => venue.delist('ETH/USDT')],
];

function repair(venue: Venue): void {
  venue.heal();
  venue.speak();
  venue.acceptStreams();
  venue.relist('ETH/USDT');
  venue.delayMs = 0;
}

/** The interval of changes in its markets, in ms. */
const tickMs = 50;

const symbols = ['BTC/USDT', 'ETH/USDT', 'BTC/USDT:USDT'] as const;

/** A running exchange with changing faults. */
export interface FaultyExchange {
  /** The number of faults so far. */
  readonly faults: number;
  /** Repairs everything and stops the changes of its markets. */
  stop(): Promise<void>;
}

/** Changes the markets of a stand-in, and injects one fault after another, each for `faultMs` with a pause of the same length. */
export function injectFaults(venue: Venue, faultMs: number): FaultyExchange {
  const stopping = new AbortController();
  const { signal } = stopping;
  const pause = async (ms: number): Promise<void> => {
    await setTimeout(ms, undefined, { signal }).catch(() => {});
  };
  let count = 0;
  let ticks = 0;

  const timer = setInterval(() => {
    ticks += 1;
    for (const symbol of symbols) {
      const price = (60_000 + (ticks % 500)).toFixed(2);
      venue.setTicker(symbol, { last: price });
      if (ticks % 2 === 0) venue.trade(symbol, { side: ticks % 4 === 0 ? 'buy' : 'sell', price, amount: '0.01' });
      // A market that is delisted at the moment has no candles.
      if (ticks % 10 === 0 && venue.markets.some((market) => market.symbol === symbol)) venue.pushCandle(symbol, '1m');
    }
    // The recorded requests are not needed here and would fill the memory.
    if (ticks % 1000 === 0) venue.reset();
  }, tickMs);

  async function run(): Promise<void> {
    while (!signal.aborted) {
      for (const [, begin] of faults) {
        if (signal.aborted) break;
        count += 1;
        begin(venue);
        await pause(faultMs);
        repair(venue);
        await pause(faultMs);
      }
    }
  }

  const ended = run();
  return {
    get faults() {
      return count;
    },
    stop: async () => {
      stopping.abort();
      await ended;
      clearInterval(timer);
      repair(venue);
    },
  };
}
