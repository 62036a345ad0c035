import type { Exchange } from 'ccxt';

/** The weight of the latest request in the average cost. */
const weight = 1 / 16;

export interface ThrottleGauge {
  /** The average distance between two calls in the throttle, in ms; 0 when it is off. */
  readonly paceMs: number;
}

/**
 * Measures the pace of an instance's own throttle, from the cost of each request. ccxt does not tell how long a request
 * waits in its throttle.
 */
export function gaugeThrottle(exchange: Exchange): ThrottleGauge {
  let averageCost = 1;
  const throttle = exchange.throttle.bind(exchange);
  exchange.throttle = (cost?: number) => {
    averageCost += ((cost ?? 1) - averageCost) * weight;
    return throttle(cost);
  };
  return {
    get paceMs() {
      return exchange.enableRateLimit ? averageCost * (exchange.rateLimit ?? 0) : 0;
    },
  };
}
