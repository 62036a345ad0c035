import { createBinance } from '../../test/venues/binance/binance.ts';
import { createKraken } from '../../test/venues/kraken/kraken.ts';
import type { VenueCommand, VenueReport } from './binance.ts';

// The tests' stand-in for an exchange in its own process. Arguments: which one, and how long each answer takes, in ms.

const lifetimeMs = 420_000;

const [id, delayMs] = process.argv.slice(2);
const venue = await (id === 'kraken' ? createKraken() : createBinance());
venue.delayMs = Number(delayMs);
const listing = /exchangeInfo|AssetPairs|Assets/;

process.on('message', ({ type }: VenueCommand) => {
  if (type === 'count') {
    const listings = venue.count(listing);
    send({ type, listings, others: venue.count() - listings });
  } else if (type === 'reset') {
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
