import type { SparingLog } from './server/sparing-log.ts';

const unreachable =
  "If it goes on, look at the exchange's status page, and at the network and the proxy of this server.";

/**
 * What an operator may do about calls that fail. Neither what is for clients to mend is here, nor limits and blocks, by
 * which an exchange is left alone: the log of circuits tells those.
 */
const advice: Readonly<Record<string, string>> = {
  OVERLOADED: 'More is asked than the exchange allows: set a longer POLL_INTERVAL_MS or TICKER_TTL_MS.',
  AUTHENTICATION_REQUIRED: 'Give it apiKey and secret in EXCHANGE_CONFIG, or correct them.',
  BAD_EXCHANGE_RESPONSE: 'It sent what is not understood here; with LOG_LEVEL=debug the log has why.',
  EXCHANGE_UNAVAILABLE: unreachable,
  TIMEOUT: unreachable,
};

/**
 * Writes when calls to exchanges fail and somebody may do something about it: of each exchange and advice once a minute,
 * and nothing of one that is left alone, which has been told already.
 */
export function createCallLog(
  log: SparingLog,
  isLeftAlone: (exchange: string) => boolean,
): (exchange: string, outcome: string) => void {
  return (exchange, outcome) => {
    const what = advice[outcome];
    if (what === undefined || isLeftAlone(exchange)) return;
    const fields = { exchange, code: outcome };
    log.write('warn', `call ${exchange} ${what}`, fields, `a call to ${exchange} failed with ${outcome}. ${what}`);
  };
}
