import type { Logger } from 'pino';
import type { ThrottledLog } from '../../base/throttled-log.ts';
import type { MarketsLoaderOptions } from '../../exchange/markets/markets-loader.ts';

/**
 * Logs when a part of an exchange's markets could not be listed, with advice for the operator, and when all of them are
 * listed again. The same reason is logged once.
 */
export class ListingLog {
  readonly #log: Logger;
  readonly #throttled: ThrottledLog;
  /** The reason that was logged last for each exchange. */
  readonly #logged = new Map<string, string>();

  constructor(log: Logger, throttled: ThrottledLog) {
    this.#log = log;
    this.#throttled = throttled;
  }

  readonly onMissingMarkets: NonNullable<MarketsLoaderOptions['onMissingMarkets']> = (exchange, status) => {
    if (!status) {
      this.#logged.delete(exchange);
      const message = `all markets of ${exchange} are listed again.`;
      this.#throttled.write('info', `listing ${exchange}`, { exchange }, message);
      return;
    }
    const { kinds, error, reason, retryMs, types } = status;
    const what =
      kinds.length > 0
        ? `${exchange}'s ${kinds.join(' and ')} markets could not be listed`
        : `a part of ${exchange}'s markets or currencies could not be listed, but no known market is missing`;
    const when = `The server tries again in ${Math.ceil(retryMs / 1000)} s.`;
    const advice =
      types && types.length > 1
        ? ` To do without a kind, set options.fetchMarkets.types in EXCHANGE_CONFIG to the other kinds; it is ${JSON.stringify(types)} now.`
        : '';
    const fields = { exchange, code: error.code, kinds, retryAfterMs: retryMs };
    const text = `${what}: ${reason}. ${when}${advice}`;
    const key = `${error.code} ${kinds.join()}`;
    if (this.#logged.get(exchange) === key) this.#log.debug(fields, text);
    else if (this.#throttled.write('warn', `listing ${exchange}`, fields, text)) this.#logged.set(exchange, key);
  };
}
