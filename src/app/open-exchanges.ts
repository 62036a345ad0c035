import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import type { Config } from '../config/load-config.ts';
import { createCatalogue, readCatalogue } from '../exchange/ccxt/catalogue.ts';
import { Exchanges } from '../exchange/clients/exchanges.ts';
import { ExchangeStreams } from '../exchange/streams/streams.ts';
import { warnOfRelays } from '../telemetry/log/proxy-log.ts';
import { createExchangeTelemetry, type ExchangeTelemetryOptions } from './exchange-telemetry.ts';

export interface OpenExchangesOptions extends Omit<ExchangeTelemetryOptions, 'hasOpenCircuit'> {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
}

/** Opens the exchanges and their streams, and connects them to log, metrics and traces. */
export function openExchanges({ config, clock, random, ...options }: OpenExchangesOptions): {
  readonly exchanges: Exchanges;
  readonly streams: ExchangeStreams;
} {
  const telemetry = createExchangeTelemetry({
    ...options,
    hasOpenCircuit: (id, hosts) =>
      exchanges.circuits.some(
        ({ exchange, host, state }) =>
          exchange === id && state !== 'closed' && (hosts.length === 0 || hosts.includes(host)),
      ),
  });
  const exchanges = new Exchanges({
    catalogue: createCatalogue(readCatalogue(), config.exchanges),
    exchangeOptions: config.exchangeOptions,
    clock,
    random,
    timeoutMs: config.upstreamTimeoutMs,
    maxQueuedCalls: config.maxQueuedCalls,
    ...telemetry.exchanges,
  });
  warnOfRelays(options.log, exchanges);
  const streams = new ExchangeStreams({
    exchanges,
    clock,
    random,
    timeoutMs: config.upstreamTimeoutMs,
    silenceMs: config.streamSilenceMs,
    ...telemetry.streams,
  });
  return { exchanges, streams };
}
