import type { Logger } from 'pino';
import type { ThrottledLog } from '../../base/throttled-log.ts';
import type { CallerListeners } from '../../exchange/access/call-listeners.ts';
import type { MarketDataErrorCode } from '../../market/errors.ts';
import { outageAdvice } from './outage-advice.ts';

/**
 * Logs when an exchange, or one of its hosts or kinds of markets, begins to be left alone, with what to do about it, and
 * when it is asked as usual again. If it goes on failing for the same reason, that is logged once; if it comes and goes,
 * once a minute.
 */
export function createCircuitLog(log: Logger, throttled: ThrottledLog): NonNullable<CallerListeners['onCircuit']> {
  const told = new Map<string, MarketDataErrorCode>();
  return (exchange, state, error, name, scope = '') => {
    const circuit = [exchange, name?.host, name?.kind].filter(Boolean).join(' ');
    const about = { exchange, ...(name?.host ? { host: name.host } : {}), ...(name?.kind ? { kind: name.kind } : {}) };
    if (state === 'closed') {
      told.delete(circuit);
      const text = `${exchange} answers again${scope} and is asked as usual.`;
      throttled.write('info', `circuit ${circuit}`, about, text);
    } else if (state === 'open' && error) {
      const { code, message, details } = error;
      const fields = { ...about, code, retryAfterMs: details.retryAfterMs };
      const text = [message, outageAdvice[code]].filter(Boolean).join(' ');
      if (told.get(circuit) === code) log.debug(fields, text);
      else if (throttled.write('warn', `circuit ${circuit}`, fields, text)) told.set(circuit, code);
    }
  };
}
