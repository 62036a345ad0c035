import type { Venue } from '../../venues/venue.ts';

const secondMs = 1000;
const stepMs = 100;

/**
 * Several stand-ins of one exchange that have the same trades and candles, but different prices in their tickers: they
 * show which instance a ticker comes from. While it plays, something happens ten times a second.
 */
export class CommonHistory {
  readonly #venues: readonly Venue[];
  readonly #symbol: string;
  #timer: NodeJS.Timeout | null = null;
  #ids: readonly string[] = [];
  #tick = 0;
  #second = 0;

  constructor(venues: readonly Venue[], symbol: string) {
    this.#venues = venues;
    this.#symbol = symbol;
    const now = Date.now();
    for (const venue of venues) {
      // The ids of the generated trades depend on the time.
      venue.now = now;
      venue.holdTrades(symbol);
      venue.now = null;
    }
    this.#ids = (venues[0]?.trades(symbol) ?? []).map(({ id }) => String(id));
  }

  /** The ids of all trades so far, oldest first. Instances whose clocks are behind also send some from before it plays. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  play(): void {
    this.#timer ??= setInterval(() => this.#step(), stepMs);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** The number of the stand-in that a price of a ticker comes from. */
  static sourceOf(last: number): number {
    return Math.floor(last / 1000) - 1;
  }

  #step(): void {
    const now = Date.now();
    this.#tick += 1;
    const second = Math.floor(now / secondMs);
    const isNew = second > this.#second;
    this.#second = second;
    const [first] = this.#venues;
    const newest = first?.trades(this.#symbol).at(-1)?.id ?? 0;
    const id = newest + 1;
    this.#ids = [...this.#ids, String(id)];
    for (const [index, venue] of this.#venues.entries()) {
      venue.trade(this.#symbol, { id, timestamp: now, price: String(1 + (id % 1000)), amount: '1', side: 'buy' });
      venue.setTicker(this.#symbol, { last: `${1000 * (index + 1) + (this.#tick % 900)}.5` });
      if (isNew) venue.pushClosedCandle(this.#symbol, '1s');
      venue.pushCandle(this.#symbol, '1s');
    }
  }
}
