import type { Logger } from 'pino';
import type { ThrottledLog } from '../../base/throttled-log.ts';
import type { MarketsLoaderOptions } from '../../exchange/markets/markets-loader.ts';

/**
 * Writes when a part of an exchange's markets cannot be listed while others can, with what an operator may do about it,
 * once for the same reason; and when all are listed again.
 */
export function createListingLog(
  log: Logger,
  throttled: ThrottledLog,
): NonNullable<MarketsLoaderOptions['onMissingMarkets']> {
  const lastKeys = new Map<string, string>();
  return (exchange, status) => {
    if (!status) {
      lastKeys.delete(exchange);
      throttled.write('info', `listing ${exchange}`, { exchange }, `all markets of ${exchange} are listed again.`);
      return;
    }
    const { kinds, error, reason, retryMs, types } = status;
    const what =
      kinds.length > 0
        ? `${exchange}'s ${kinds.join(' and ')} markets could not be listed`
        : `a part of ${exchange}'s list of markets or currencies failed; no known market is missing`;
    const when = `The list is tried again in ${Math.ceil(retryMs / 1000)} s.`;
    const advice =
      types && types.length > 1
        ? ` To leave a kind out, set options.fetchMarkets.types in EXCHANGE_CONFIG to the others; it is ${JSON.stringify(types)} now.`
        : '';
    const fields = { exchange, code: error.code, kinds, retryAfterMs: retryMs };
    const text = `${what}: ${reason}. ${when}${advice}`;
    const key = `${error.code} ${kinds.join()}`;
    if (lastKeys.get(exchange) === key) log.debug(fields, text);
    else if (throttled.write('warn', `listing ${exchange}`, fields, text)) lastKeys.set(exchange, key);
  };
}
