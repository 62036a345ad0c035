import type { ExchangeConfig } from '../../test/venues/venue.ts';
import { createSpotVenue, firstPrice } from './spot-venue.ts';

// The tests' stand-in for Binance in its own process. The arguments are its number of spot markets, and how long its
// answers to calls take, in ms. The first market moves by command, the others regularly.

/** Commands from the parent process. */
export type ClusterVenueCommand =
  | { readonly type: 'count' }
  | { readonly type: 'reset' }
  /** From now on every other market moves this often; never with null. */
  | { readonly type: 'pace'; readonly everyMs: number | null }
  /** Sends a new price of the first market. */
  | { readonly type: 'push'; readonly last: string };

/** Reports to the parent process. */
export type ClusterVenueReport =
  | { readonly type: 'ready'; readonly config: ExchangeConfig }
  /** Calls since the start or the last reset; the streams, and the sockets that carry them, that are open now. */
  | { readonly type: 'count'; readonly calls: number; readonly streams: number; readonly sockets: number }
  | { readonly type: 'reset' }
  /** The price was sent at this time, epoch ms with fractions. */
  | { readonly type: 'pushed'; readonly at: number };

const lifetimeMs = 900_000;
const slices = 10;

const { symbols, venue } = await createSpotVenue(Number(process.argv[2]));
venue.delayMs = Number(process.argv[3] ?? 0);

const moving = symbols.slice(1);
let timer: NodeJS.Timeout | undefined;
let step = 0;

/** Moves a tenth of the markets, so that they do not all move in the same millisecond. */
function move(): void {
  step += 1;
  for (const [index, symbol] of moving.entries()) {
    if (index % slices === step % slices)
      venue.setTicker(symbol, { last: (firstPrice + index + step / 100).toFixed(2) });
  }
}

process.on('message', (command: ClusterVenueCommand) => {
  const { type } = command;
  if (type === 'push') {
    const at = performance.timeOrigin + performance.now();
    venue.setTicker(symbols[0] ?? '', { last: command.last });
    send({ type: 'pushed', at });
  } else if (type === 'pace') {
    clearInterval(timer);
    if (command.everyMs !== null) timer = setInterval(move, command.everyMs / slices);
  } else if (type === 'count') {
    send({ type, calls: venue.count(), streams: venue.subscriptions.length, sockets: venue.streamSockets });
  } else {
    venue.reset();
    send({ type });
  }
});
process.on('disconnect', () => process.exit());
setTimeout(() => process.exit(1), lifetimeMs).unref();
send({ type: 'ready', config: venue.exchangeConfig });

function send(report: ClusterVenueReport): void {
  process.send?.(report);
}
