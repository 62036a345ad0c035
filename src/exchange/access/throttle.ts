import type { Exchange } from 'ccxt';

/** The weight of the latest request in the average cost. */
const weight = 1 / 16;

/**
 * Measures the pace of an instance's own throttle, from the cost of each request. ccxt does not report how long a
 * request waits in its throttle.
 */
export class ThrottleGauge {
  readonly #exchange: Exchange;
  #averageCost = 1;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    const throttle = exchange.throttle.bind(exchange);
    exchange.throttle = (cost?: number) => {
      this.#averageCost += ((cost ?? 1) - this.#averageCost) * weight;
      return throttle(cost);
    };
  }

  /** The average distance between two calls in the throttle, in ms; 0 when it is off. */
  get paceMs(): number {
    const { enableRateLimit, rateLimit } = this.#exchange;
    return enableRateLimit ? this.#averageCost * (rateLimit ?? 0) : 0;
  }
}
