import type { ThrottledLog } from '../../base/throttled-log.ts';
import type { CallOutcome } from '../../exchange/access/call-listeners.ts';
import { outageAdvice } from './outage-advice.ts';

/** By these an exchange is left alone at once, which the log of circuits tells. */
const toldByCircuits: ReadonlySet<CallOutcome> = new Set(['RATE_LIMITED', 'GEO_BLOCKED']);

/**
 * Writes when calls to exchanges fail and somebody may do something about it: of each exchange and advice once a minute,
 * and nothing of one that is left alone, which has been told already.
 */
export function createCallLog(
  log: ThrottledLog,
  isLeftAlone: (exchange: string, hosts: readonly string[]) => boolean,
): (exchange: string, outcome: CallOutcome, hosts?: readonly string[]) => void {
  return (exchange, outcome, hosts = []) => {
    if (outcome === 'ok' || outcome === 'CIRCUIT_OPEN' || outcome === 'OUT_OF_DESCRIPTORS') return;
    if (toldByCircuits.has(outcome)) return;
    const what = outageAdvice[outcome];
    if (what === undefined || isLeftAlone(exchange, hosts)) return;
    const fields = { exchange, code: outcome };
    log.write('warn', `call ${exchange} ${what}`, fields, `a call to ${exchange} failed with ${outcome}. ${what}`);
  };
}
