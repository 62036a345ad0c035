import type { Logger } from 'pino';
import type { CallerListeners } from './exchange/caller.ts';
import type { MarketDataErrorCode } from './market/error.ts';
import { outageAdvice } from './outage-advice.ts';
import type { SparingLog } from './server/sparing-log.ts';

/**
 * Writes when exchanges begin to be left alone, with what to do about it, and when they are asked as usual again. One
 * that goes on failing for the same reason is told once, and one that comes and goes once a minute.
 */
export function createCircuitLog(log: Logger, sparing: SparingLog): NonNullable<CallerListeners['onCircuit']> {
  const told = new Map<string, MarketDataErrorCode>();
  return (exchange, state, error) => {
    if (state === 'closed') {
      told.delete(exchange);
      sparing.write('info', `circuit ${exchange}`, { exchange }, `${exchange} answers again and is asked as usual.`);
    } else if (state === 'open' && error) {
      const { code, message, details } = error;
      const fields = { exchange, code, retryAfterMs: details.retryAfterMs };
      const text = [message, outageAdvice[code]].filter(Boolean).join(' ');
      if (told.get(exchange) === code) log.debug(fields, text);
      else if (sparing.write('warn', `circuit ${exchange}`, fields, text)) told.set(exchange, code);
    }
  };
}
