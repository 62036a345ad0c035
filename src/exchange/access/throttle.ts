import type { Exchange } from 'ccxt';

/** How much one more request counts in the average cost. */
const weight = 1 / 16;

/** The pace at which an instance's own throttle lets requests through. */
export interface ThrottleGauge {
  /** How far apart the throttle keeps two calls on average, in ms; 0 when it is off. */
  readonly paceMs: number;
}

/** Watches what requests cost in ccxt's throttle: it knows the exchange's pace, and tells nobody how long one waits in it. */
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
