import type { MarketDataErrorCode } from '../../market/errors.ts';

const unreachable = "If this continues, check the exchange's status page, and the network and proxy of this server.";

/** Advice for the operator about failing exchanges, by error code. Errors that only clients can fix are left out. */
export const outageAdvice: Readonly<Partial<Record<MarketDataErrorCode, string>>> = {
  RATE_LIMITED:
    'Reduce the number of calls with a longer POLL_INTERVAL_MS or TICKER_TTL_MS, and check whether other programs use this address or these API keys.',
  GEO_BLOCKED:
    'Set a proxy or another hostname of the exchange in EXCHANGE_CONFIG, run this server elsewhere, or leave the exchange out of EXCHANGES.',
  OVERLOADED: 'There are more calls than the exchange allows: set a longer POLL_INTERVAL_MS or TICKER_TTL_MS.',
  AUTHENTICATION_REQUIRED: 'Set apiKey and secret of the exchange in EXCHANGE_CONFIG, or correct them.',
  BAD_EXCHANGE_RESPONSE: 'Its answer could not be understood; LOG_LEVEL=debug logs the reason.',
  EXCHANGE_UNAVAILABLE: unreachable,
  TIMEOUT: unreachable,
};
