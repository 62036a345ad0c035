import type { SparingLog } from './server/sparing-log.ts';

const unreachable =
  "If it goes on, look at the exchange's status page, and at the network and the proxy of this server.";

/** What an operator may do about calls that fail. What is for clients to mend is not here. */
const advice: Readonly<Record<string, string>> = {
  RATE_LIMITED:
    'Ask for less (a longer POLL_INTERVAL_MS or TICKER_TTL_MS), and see who else uses this address or these API keys.',
  OVERLOADED: 'More is asked than the exchange allows: set a longer POLL_INTERVAL_MS or TICKER_TTL_MS.',
  GEO_BLOCKED: 'Give it a proxy or another hostname in EXCHANGE_CONFIG, or leave it out of EXCHANGES.',
  AUTHENTICATION_REQUIRED: 'Give it apiKey and secret in EXCHANGE_CONFIG, or correct them.',
  BAD_EXCHANGE_RESPONSE: 'It sent what is not understood here; with LOG_LEVEL=debug the log has why.',
  EXCHANGE_UNAVAILABLE: unreachable,
  TIMEOUT: unreachable,
};

/** Writes when calls to exchanges fail and somebody may do something about it: of each exchange and kind once a minute. */
export function createCallLog(log: SparingLog): (exchange: string, outcome: string) => void {
  return (exchange, outcome) => {
    const what = advice[outcome];
    if (what === undefined) return;
    const fields = { exchange, code: outcome };
    log.write('warn', `call ${exchange} ${outcome}`, fields, `a call to ${exchange} failed with ${outcome}. ${what}`);
  };
}
