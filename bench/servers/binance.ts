import type { ExchangeConfig } from '../../test/venues/venue.ts';
import { createSpotVenue } from './spot-venue.ts';

// The tests' stand-in for Binance in its own process. The arguments are its number of spot markets, and how
// long its answers to calls take, in ms.

/** Commands from the parent process. */
export type VenueCommand =
  | { readonly type: 'count' }
  | { readonly type: 'reset' }
  /** Sends a new price of the first market to its streams. */
  | { readonly type: 'push'; readonly last: string };

/** Reports to the parent process. */
export type VenueReport =
  | { readonly type: 'ready'; readonly config: ExchangeConfig }
  /** Requests since the start or the last reset: those for the list of markets, and all others. */
  | { readonly type: 'count'; readonly listings: number; readonly others: number }
  | { readonly type: 'reset' }
  /** The price was sent at this time, epoch ms with fractions. */
  | { readonly type: 'pushed'; readonly at: number };

const lifetimeMs = 900_000;

const { symbols, venue } = await createSpotVenue(Number(process.argv[2]));

venue.delayMs = Number(process.argv[3] ?? 0);

process.on('message', (command: VenueCommand) => {
  const { type } = command;
  if (type === 'push') {
    const at = performance.timeOrigin + performance.now();
    venue.setTicker(symbols[0] ?? '', { last: command.last });
    send({ type: 'pushed', at });
  } else if (type === 'count') {
    const listings = venue.count(/exchangeInfo/);
    send({ type, listings, others: venue.count() - listings });
  } else {
    venue.reset();
    send({ type });
  }
});
process.on('disconnect', () => process.exit());
setTimeout(() => process.exit(1), lifetimeMs).unref();
send({ type: 'ready', config: venue.exchangeConfig });

function send(report: VenueReport): void {
  process.send?.(report);
}
