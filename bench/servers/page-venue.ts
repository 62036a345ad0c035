import type { ExchangeConfig } from '../../test/venues/venue.ts';
import { createSpotVenue } from './spot-venue.ts';

// A stand-in for Binance in its own process. Once it is told to begin, each of its markets has a new price ten times a
// second. The arguments are its number of markets, and how long its answers to calls take, in ms.

/** Commands from the parent process. */
export interface PageVenueCommand {
  readonly type: 'begin';
}

/** Reports to the parent process. */
export interface PageVenueReport {
  readonly type: 'ready';
  readonly config: ExchangeConfig;
}

const lifetimeMs = 900_000;
const pricesPerSecond = 10;
const stepMs = 10;

const { symbols, venue } = await createSpotVenue(Number(process.argv[2]));
venue.delayMs = Number(process.argv[3]);

process.on('message', () => {
  // The markets take turns, as on an exchange.
  let moves = 0;
  const perStep = (symbols.length * pricesPerSecond * stepMs) / 1000;
  setInterval(() => {
    for (let count = 0; count < perStep; count++) {
      const last = (100 + Math.abs((moves % 2000) - 1000) / 100).toFixed(2);
      venue.setTicker(symbols[moves % symbols.length] ?? '', { last });
      moves++;
    }
  }, stepMs);
});
process.on('disconnect', () => process.exit());
setTimeout(() => process.exit(1), lifetimeMs).unref();
const report: PageVenueReport = { type: 'ready', config: venue.exchangeConfig };
process.send?.(report);
