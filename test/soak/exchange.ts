import { setTimeout } from 'node:timers/promises';
import type { Venue } from '../venues/venue.ts';

/** What goes wrong with the exchange for a while, and how it is put right where `heal` and its like do not. */
type Trouble = (venue: Venue) => void;

const troubles: readonly (readonly [string, Trouble])[] = [
  ['hangs', (venue) => venue.fault({ kind: 'hang' })],
  ['answers 503', (venue) => venue.fault({ kind: 'status', status: 503 })],
  ['answers 429', (venue) => venue.fault({ kind: 'status', status: 429, headers: { 'retry-after': '1' } })],
  ['answers garbage', (venue) => venue.fault({ kind: 'garbage' })],
  ['hangs within bodies', (venue) => venue.fault({ kind: 'hang-body' })],
  ['cuts connections', (venue) => venue.fault({ kind: 'cut' })],
  ['cuts bodies', (venue) => venue.fault({ kind: 'cut-body' })],
  ['truncates', (venue) => venue.fault({ kind: 'truncated' })],
  ['sends no gzip', (venue) => venue.fault({ kind: 'bad-gzip' })],
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
    'lets streams wait',
    (venue) => {
      venue.hangStreams();
      venue.dropStreams();
    },
  ],
  ['streams text that is no JSON', (venue) => venue.sendGarbage('text')],
  ['streams JSON of no shape', (venue) => venue.sendGarbage('json')],
  ['streams bytes', (venue) => venue.sendGarbage('binary')],
  ['streams no numbers', (venue) => venue.sendGarbage('badNumbers')],
  ['delists a market', (venue) => venue.delist('ETH/USDT')],
];

function putRight(venue: Venue): void {
  venue.heal();
  venue.speak();
  venue.acceptStreams();
  venue.relist('ETH/USDT');
  venue.delayMs = 0;
}

/** How often its markets change, in ms. */
const tickMs = 50;

const symbols = ['BTC/USDT', 'ETH/USDT', 'BTC/USDT:USDT'] as const;

/** An exchange that trades, and gets into trouble. */
export interface TroubledExchange {
  /** How often it has been in trouble. */
  readonly troubles: number;
  /** Puts everything right, and lets it rest. */
  stop(): Promise<void>;
}

/** Lets the markets of a stand-in move, and everything go wrong with it in turn, each for `troubleMs` and then right for as long. */
export function trouble(venue: Venue, troubleMs: number): TroubledExchange {
  const resting = new AbortController();
  const { signal } = resting;
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
      // Of a market that is delisted just now there are none.
      if (ticks % 10 === 0 && venue.markets.some((market) => market.symbol === symbol)) venue.pushCandle(symbol, '1m');
    }
    // Nobody counts them here, and they would fill the memory.
    if (ticks % 1000 === 0) venue.reset();
  }, tickMs);

  async function run(): Promise<void> {
    while (!signal.aborted) {
      for (const [, begin] of troubles) {
        if (signal.aborted) break;
        count += 1;
        begin(venue);
        await pause(troubleMs);
        putRight(venue);
        await pause(troubleMs);
      }
    }
  }

  const ended = run();
  return {
    get troubles() {
      return count;
    },
    stop: async () => {
      resting.abort();
      await ended;
      clearInterval(timer);
      putRight(venue);
    },
  };
}
