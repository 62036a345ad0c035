import type { Client, FormattedExecutionResult } from 'graphql-ws';
import { createBinance } from '../../venues/binance/binance.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';
import { SkippingClock } from '../fakes/skipping-clock.ts';
import { type AppServer, startServer } from '../server.ts';
import { connect, eventually, type Operation, subscribe } from '../socket-client.ts';

/** The exchange in trouble, and the exchange that must not be affected. */
export const sickMarkets = { exchange: 'binance', btc: 'BTC/USDT', eth: 'ETH/USDT' } as const;
export const healthyMarkets = { exchange: 'kraken', btc: 'BTC/USD', eth: 'ETH/USD' } as const;

type Markets = typeof sickMarkets | typeof healthyMarkets;

/**
 * The deadline of one call to an exchange, and of the first event of a subscription, in ms. It is short if something
 * hangs or nothing has worked yet; otherwise it leaves time for a busy machine.
 */
const shortMs = 1500;
const coldMs = 2000;
const patientMs = 15_000;

/** A cold server never polls by the clock. A warm server has streams, so it polls only after one has failed. */
const pollIntervalMs = { cold: 3_600_000, warm: 100 };

/** Longer than tickers and forming candles answer from memory, shorter than a stale value may be sent. */
const awhileMs = 30_000;

const hourMs = 3_600_000;
const ticks = 3;
const firstPrice = 1000;

/** The price of the sick exchange's ticker before the trouble, and during it. */
export const knownPrice = 7;
export const nextPrice = 8;

/** The result of one field: its data, or the code of its error. */
export interface Outcome {
  // biome-ignore lint/suspicious/noExplicitAny: the shape of the data is up to the field
  readonly data: any;
  readonly code: string | null;
}

/** The requests that an exchange received, and the number of its ticks that were sent to the subscriber. */
export interface Traffic {
  readonly requests: Readonly<Record<string, number>>;
  readonly dials: number;
  readonly told: number;
}

/** One server over two stand-ins. */
export class FaultScene {
  readonly sick: Venue;
  readonly healthy: Venue;
  readonly #running: AppServer;
  readonly #client: Client;
  readonly #clock: SkippingClock;
  readonly #dialsBefore: number;
  #healthyTicks: Operation | null = null;
  #sickTicks: Operation | null = null;
  #price = firstPrice;
  #toldBefore = 0;

  private constructor(venues: Stands, running: AppServer, clock: SkippingClock) {
    this.sick = venues.sick;
    this.healthy = venues.healthy;
    this.#running = running;
    this.#client = connect(running.webSocketUrl);
    this.#clock = clock;
    this.#dialsBefore = venues.healthy.dials;
  }

  static async #start(venues: Stands, state: keyof typeof pollIntervalMs, hangs: boolean): Promise<FaultScene> {
    const clock = new SkippingClock();
    const { sick, healthy } = venues;
    sick.reset();
    healthy.reset();
    sick.setTicker(sickMarkets.eth, { last: String(firstPrice) });
    healthy.setTicker(healthyMarkets.eth, { last: String(firstPrice) });
    const running = await startServer({
      clock,
      config: {
        lingerMs: 50,
        streamSilenceMs: hourMs,
        staleMaxMs: hourMs,
        pollIntervalMs: pollIntervalMs[state],
        upstreamTimeoutMs: hangs ? shortMs : state === 'cold' ? coldMs : patientMs,
      },
      venues: { [sickMarkets.exchange]: sick, [healthyMarkets.exchange]: healthy },
    });
    return new FaultScene(venues, running, clock);
  }

  /** A server that has requested nothing yet. If something `hangs`, its deadlines are short. */
  static startCold(venues: Stands, hangs = false): Promise<FaultScene> {
    return FaultScene.#start(venues, 'cold', hangs);
  }

  /** A server on which everything has worked once, for both exchanges. What its short-lived caches hold has expired. */
  static async startWarm(venues: Stands, hangs = false): Promise<FaultScene> {
    const scene = await FaultScene.#start(venues, 'warm', hangs);
    try {
      await scene.#warmUp();
    } catch (error) {
      await scene.stop();
      throw error;
    }
    return scene;
  }

  async #warmUp(): Promise<void> {
    const operation = this.#subscribe(sickMarkets);
    this.#sickTicks = operation;
    await Promise.all([
      this.useHealthy(),
      this.ticker(),
      this.candles(),
      this.settledCandles(),
      operation.until(1, patientMs),
    ]);
    await soon(() => this.sick.subscriptions.length === 1);
    this.sick.setTicker(sickMarkets.eth, { last: String(knownPrice) });
    await soon(() => lastOf(operation.results.at(-1)) === knownPrice);
    await soon(() => this.#running.app.counts.polls === 0);
    this.#clock.skip(awhileMs);
    this.sick.reset();
    this.healthy.reset();
    this.#toldBefore = this.#healthyTicks?.results.length ?? 0;
  }

  /** Uses the healthy exchange: both queries, and some ticks of its stream. */
  async useHealthy(): Promise<void> {
    const outcomes = await Promise.all([this.#ticker(healthyMarkets), this.#candles(healthyMarkets)]);
    for (const { code } of outcomes) if (code !== null) throw new Error(`the healthy exchange failed: ${code}`);
    const operation = this.#healthyTicks ?? this.#subscribe(healthyMarkets);
    this.#healthyTicks = operation;
    await operation.until(1, patientMs);
    await soon(() => this.healthy.subscriptions.length === 1);
    for (let tick = 0; tick < ticks; tick++) {
      this.#price += 1;
      const price = this.#price;
      this.healthy.setTicker(healthyMarkets.eth, { last: String(price) });
      await soon(() => lastOf(operation.results.at(-1)) === price);
    }
  }

  /** The requests that the healthy exchange received so far, and its ticks that were sent. */
  get traffic(): Traffic {
    const paths = this.healthy.requests.map(({ path }) => path);
    const requests = Object.fromEntries([...new Set(paths)].sort().map((path) => [path, count(paths, path)]));
    // The value before the first tick can come from a fetch, the stream, or both.
    const told = new Set(this.#healthyTicks?.results.slice(this.#toldBefore).map(lastOf)).size;
    return { requests, dials: this.healthy.dials - this.#dialsBefore, told };
  }

  ticker(): Promise<Outcome> {
    return this.#ticker(sickMarkets);
  }

  candles(): Promise<Outcome> {
    return this.#candles(sickMarkets);
  }

  /** Candles that closed long ago. */
  async settledCandles(): Promise<Outcome> {
    const since = Math.floor(Date.now() / hourMs) * hourMs - 48 * hourMs;
    return this.#query(`{ candles(${args(sickMarkets)}, since: ${since}, limit: 5) { timestamp close } }`);
  }

  /**
   * The next event of a subscription to the sick exchange: its first event or, if it runs already, the one after
   * `change`.
   */
  async subscription(change: () => void = () => {}): Promise<Outcome> {
    const operation = this.#sickTicks ?? this.#subscribe(sickMarkets);
    const from = this.#sickTicks ? operation.results.length : 0;
    change();
    await operation.until(from + 1, patientMs);
    return toOutcome(operation.results[from] ?? {});
  }

  /** Begins a trouble of the sick exchange, which also affects its streams. */
  async fallSick(start: (venue: Venue) => void | Promise<void>): Promise<void> {
    this.sick.refuseStreams();
    await start(this.sick);
  }

  /**
   * The next event of a subscription that ran before the trouble: the new price if it can be fetched, otherwise the
   * stale old one.
   */
  subscriptionThatRan(): Promise<Outcome> {
    return this.subscription(() => {
      this.sick.silence();
      this.sick.setTicker(sickMarkets.eth, { last: String(nextPrice) });
      this.sick.dropStreams();
    });
  }

  /** Stops the server, and heals the sick exchange. */
  async stop(): Promise<void> {
    await this.#client.dispose();
    await this.#running.stop();
    await soon(() => this.healthy.streamSockets === 0 && this.sick.streamSockets === 0);
    await cure(this.sick);
  }

  #subscribe({ exchange, eth }: Markets): Operation {
    const field = `tickerUpdated(exchange: "${exchange}", symbol: "${eth}")`;
    return subscribe(this.#client, `subscription { ${field} { last timestamp stale } }`);
  }

  #ticker(markets: Markets): Promise<Outcome> {
    return this.#query(`{ ticker(${args(markets)}) { last timestamp stale } }`);
  }

  #candles(markets: Markets): Promise<Outcome> {
    return this.#query(`{ candles(${args(markets)}, timeframe: "1m", limit: 3) { timestamp close } }`);
  }

  async #query(document: string): Promise<Outcome> {
    return toOutcome(await this.#running.query(document));
  }
}

/** The stand-ins, which live longer than the servers. */
export interface Stands {
  readonly sick: Venue;
  readonly healthy: Venue;
}

export async function createStands(): Promise<Stands> {
  const [sick, healthy] = await Promise.all([createBinance(), createKraken()]);
  return { sick, healthy };
}

/** Waits with patience, because the machine may be busy. */
function soon(isReached: () => boolean): Promise<void> {
  return eventually(isReached, patientMs);
}

async function cure(venue: Venue): Promise<void> {
  venue.heal();
  venue.acceptStreams();
  venue.speak();
  await venue.comeUp();
}

function args({ exchange, btc }: Markets): string {
  return `exchange: "${exchange}", symbol: "${btc}"`;
}

function count(all: readonly string[], one: string): number {
  return all.filter((each) => each === one).length;
}

type Answer = Pick<FormattedExecutionResult, 'data'> & { readonly errors?: readonly object[] | undefined };

function toOutcome({ data, errors = [] }: Answer): Outcome {
  const [error] = errors;
  const extensions = error && 'extensions' in error ? error.extensions : null;
  const hasCode = typeof extensions === 'object' && extensions !== null && 'code' in extensions;
  return { data, code: hasCode ? String(extensions.code) : null };
}

function lastOf(result: Answer | undefined): unknown {
  return result && toOutcome(result).data?.tickerUpdated?.last;
}
