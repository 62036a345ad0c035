import type { ThrottledLog } from '../../base/throttled-log.ts';
import type { CallOutcome } from '../../exchange/access/call-listeners.ts';
import { outageAdvice } from './outage-advice.ts';

/** These outcomes open a circuit at once, and the circuit log reports them. */
const loggedByCircuitLog: ReadonlySet<CallOutcome> = new Set(['RATE_LIMITED', 'GEO_BLOCKED']);

/**
 * Logs failed calls to exchanges that an operator might be able to fix: once a minute for each exchange and advice, and
 * only while the exchange's circuit is closed, because the circuit log reports an open one.
 */
export function createCallLog(
  log: ThrottledLog,
  hasOpenCircuit: (exchange: string, hosts: readonly string[]) => boolean,
): (exchange: string, outcome: CallOutcome, hosts?: readonly string[]) => void {
  return (exchange, outcome, hosts = []) => {
    if (outcome === 'ok' || outcome === 'CIRCUIT_OPEN' || outcome === 'OUT_OF_DESCRIPTORS') return;
    if (loggedByCircuitLog.has(outcome)) return;
    const advice = outageAdvice[outcome];
    if (advice === undefined || hasOpenCircuit(exchange, hosts)) return;
    const fields = { exchange, code: outcome };
    log.write('warn', `call ${exchange} ${advice}`, fields, `a call to ${exchange} failed with ${outcome}. ${advice}`);
  };
}
