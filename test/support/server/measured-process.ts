import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { createApp } from '../../../src/app/create-app.ts';
import { setV8Flags } from '../../../src/app/v8-flags.ts';
import { type Config, loadConfig } from '../../../src/config/load-config.ts';
import { readCatalogue } from '../../../src/exchange/ccxt/catalogue.ts';

// This process holds one app and nothing else, so that every measurement is the app's. measured-server.ts drives it
// over IPC.

/** The commands of the parent. */
export type AppCommand =
  | { readonly type: 'start'; readonly config: Partial<Config> }
  | { readonly type: 'measure' }
  | { readonly type: 'lap' }
  | { readonly type: 'stop' };

/** What the app holds at the moment. Sizes are in bytes. */
export interface Measurement {
  /** The JavaScript objects after a full collection, and the buffers that they hold. */
  readonly heap: number;
  readonly rss: number;
  /** Topics, subscribers and sockets, as the app counts them. */
  readonly counts: Readonly<Record<string, number>>;
  /** What keeps Node's event loop going, by type. */
  readonly handles: Readonly<Record<string, number>>;
  /** The longest time that the event loop stood still since the last measurement, in ms. */
  readonly longestBlockMs: number;
}

/** How busy the app was since the last lap. */
export interface Lap {
  /** The longest time that its event loop stood still, to about 5 ms. A busy machine makes it longer. */
  readonly blockMs: number;
  /** The CPU time of all threads, including those that compile code and collect garbage. */
  readonly cpuMs: number;
  /** The memory of the process at the moment, including garbage, in bytes. */
  readonly rss: number;
}

/** What the app reports to the parent. */
export type AppReport =
  | { readonly type: 'started'; readonly port: number }
  | { readonly type: 'measured'; readonly measurement: Measurement }
  | { readonly type: 'lapped'; readonly lap: Lap }
  | { readonly type: 'stopped' }
  /** A line of its log at level error or above. */
  | { readonly type: 'failed'; readonly line: string };

// tsx switches source maps on. Node would then read the map of each file, tens of MB, at the first stack trace from it.
process.setSourceMapsEnabled(false);

// As main.ts does.
setV8Flags();

const send = (report: AppReport): void => {
  process.send?.(report);
};

const errorsOnly = new Writable({
  write: (chunk, _encoding, done) => {
    send({ type: 'failed', line: String(chunk).trim() });
    done();
  },
});

const delay = monitorEventLoopDelay({ resolution: 5 });
let app: ReturnType<typeof createApp> | null = null;
let longestBlockMs = 0;
let cpuBefore = process.cpuUsage();

async function start(config: Partial<Config>): Promise<void> {
  const defaults = loadConfig(
    {},
    readCatalogue().map(({ id }) => id),
  );
  app = createApp({ config: { ...defaults, port: 0, ...config }, log: pino({ level: 'error' }, errorsOnly) });
  const port = await app.start();
  delay.enable();
  send({ type: 'started', port });
}

function lap(): Lap {
  const blockMs = delay.max / 1e6;
  const { user, system } = process.cpuUsage(cpuBefore);
  longestBlockMs = Math.max(longestBlockMs, blockMs);
  delay.reset();
  cpuBefore = process.cpuUsage();
  return { blockMs, cpuMs: (user + system) / 1000, rss: process.memoryUsage.rss() };
}

function measure(): Measurement {
  // The lap ends before the collections, which block the loop too.
  lap();
  const blockMs = longestBlockMs;
  longestBlockMs = 0;
  // The second collection frees what the first one has released.
  globalThis.gc?.();
  globalThis.gc?.();
  delay.reset();
  const { heapUsed, external, rss } = process.memoryUsage();
  const handles: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) handles[name] = (handles[name] ?? 0) + 1;
  return { heap: heapUsed + external, rss, counts: { ...app?.counts }, handles, longestBlockMs: blockMs };
}

async function obey(command: AppCommand): Promise<void> {
  if (command.type === 'start') await start(command.config);
  else if (command.type === 'measure') send({ type: 'measured', measurement: measure() });
  else if (command.type === 'lap') send({ type: 'lapped', lap: lap() });
  else {
    await app?.stop();
    send({ type: 'stopped' });
    process.disconnect?.();
  }
}

process.on('message', (command: AppCommand) => void obey(command));
process.on('disconnect', () => process.exit());
