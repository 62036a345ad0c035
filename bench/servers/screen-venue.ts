import type { ExchangeConfig } from '../../test/venues/venue.ts';
import { createSpotVenue } from './spot-venue.ts';

// The tests' stand-in for Binance in its own process, which answers late and moves every market that is streamed. The
// arguments are its number of spot markets, how many of them move, and how late it answers, in ms.

/** Commands from the parent process. */
export type ScreenCommand = { readonly type: 'count' } | { readonly type: 'reset' };

/** Reports to the parent process. */
export type ScreenReport =
  | { readonly type: 'ready'; readonly config: ExchangeConfig }
  /** Since the start or the last reset: messages that subscribe, and the connections that they came over. */
  | { readonly type: 'count'; readonly messages: number; readonly connections: number }
  | { readonly type: 'reset' };

const lifetimeMs = 900_000;
const tickMs = 250;

const { symbols, venue } = await createSpotVenue(Number(process.argv[2]));
const moving = symbols.slice(0, Number(process.argv[3]));
venue.delayMs = Number(process.argv[4]);
venue.delayStreams(venue.delayMs);

let ticks = 0;
setInterval(() => {
  if (venue.streamSockets === 0) return;
  ticks += 1;
  for (const [index, symbol] of moving.entries()) venue.setTicker(symbol, { last: String(10 + index + ticks / 100) });
}, tickMs);

let dialsBefore = 0;
process.on('message', ({ type }: ScreenCommand) => {
  if (type === 'count') {
    const messages = venue.streamRequests.filter(({ action }) => action === 'subscribe').length;
    send({ type, messages, connections: venue.dials - dialsBefore });
  } else {
    venue.reset();
    dialsBefore = venue.dials;
    send({ type });
  }
});
process.on('disconnect', () => process.exit());
setTimeout(() => process.exit(1), lifetimeMs).unref();
send({ type: 'ready', config: venue.exchangeConfig });

function send(report: ScreenReport): void {
  process.send?.(report);
}
