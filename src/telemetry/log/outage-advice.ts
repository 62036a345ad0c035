import type { MarketDataErrorCode } from '../../market/errors.ts';

const unreachable =
  "If it goes on, look at the exchange's status page, and at the network and the proxy of this server.";

/** What an operator may do about an exchange that fails, by how. What is for clients to mend is not here. */
export const outageAdvice: Readonly<Partial<Record<MarketDataErrorCode, string>>> = {
  RATE_LIMITED:
    'Ask for less (a longer POLL_INTERVAL_MS or TICKER_TTL_MS), and see who else uses this address or these API keys.',
  GEO_BLOCKED:
    'Give it a proxy or another hostname in EXCHANGE_CONFIG, run the server elsewhere, or leave it out of EXCHANGES.',
  OVERLOADED: 'More is asked than the exchange allows: set a longer POLL_INTERVAL_MS or TICKER_TTL_MS.',
  AUTHENTICATION_REQUIRED: 'Give it apiKey and secret in EXCHANGE_CONFIG, or correct them.',
  BAD_EXCHANGE_RESPONSE: 'It sent what is not understood here; with LOG_LEVEL=debug the log has why.',
  EXCHANGE_UNAVAILABLE: unreachable,
  TIMEOUT: unreachable,
};
