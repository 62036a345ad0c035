import type { Logger } from 'pino';
import type { ThrottledLog } from '../../base/throttled-log.ts';
import type { CallerListeners } from '../../exchange/access/call-listeners.ts';
import type { MarketDataErrorCode } from '../../market/errors.ts';
import { outageAdvice } from './outage-advice.ts';

/**
 * Logs when the circuit of an exchange, or of one of its hosts or kinds of markets, opens, with advice for the operator,
 * and when it closes again. A circuit that stays open for the same reason is logged once; one that opens and closes
 * repeatedly, once a minute.
 */
export class CircuitLog {
  readonly #log: Logger;
  readonly #throttled: ThrottledLog;
  /** The reason that was logged for each open circuit. */
  readonly #logged = new Map<string, MarketDataErrorCode>();

  constructor(log: Logger, throttled: ThrottledLog) {
    this.#log = log;
    this.#throttled = throttled;
  }

  readonly onCircuit: NonNullable<CallerListeners['onCircuit']> = (exchange, state, error, name, scope = '') => {
    const circuit = [exchange, name?.host, name?.kind].filter(Boolean).join(' ');
    const subject = {
      exchange,
      ...(name?.host ? { host: name.host } : {}),
      ...(name?.kind ? { kind: name.kind } : {}),
    };
    if (state === 'closed') {
      this.#logged.delete(circuit);
      const text = `${exchange} answers again${scope}; calls are sent as usual.`;
      this.#throttled.write('info', `circuit ${circuit}`, subject, text);
    } else if (state === 'open' && error) {
      const { code, message, details } = error;
      const fields = { ...subject, code, retryAfterMs: details.retryAfterMs };
      const text = [message, outageAdvice[code]].filter(Boolean).join(' ');
      if (this.#logged.get(circuit) === code) this.#log.debug(fields, text);
      else if (this.#throttled.write('warn', `circuit ${circuit}`, fields, text)) this.#logged.set(circuit, code);
    }
  };
}
