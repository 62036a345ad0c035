import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import type { ThrottledLog } from '../base/throttled-log.ts';
import type { Config } from '../config/load-config.ts';
import type { CallOutcome } from '../exchange/access/call-listeners.ts';
import { createCatalogue, readCatalogue } from '../exchange/ccxt/catalogue.ts';
import { Exchanges } from '../exchange/clients/exchanges.ts';
import { ExchangeStreams } from '../exchange/streams/streams.ts';
import { createCallLog } from '../telemetry/log/call-log.ts';
import { CircuitLog } from '../telemetry/log/circuit-log.ts';
import { ListingLog } from '../telemetry/log/listing-log.ts';
import { createProxyLog, warnOfRelays } from '../telemetry/log/proxy-log.ts';
import type { Recorder } from '../telemetry/metrics/recorder.ts';
import type { Tracing } from '../telemetry/tracing/tracing.ts';
import type { DescriptorLog } from './descriptor-limit.ts';

export interface OpenExchangesOptions {
  readonly config: Config;
  readonly log: Logger;
  /** For lines that may be repeated often. */
  readonly throttled: ThrottledLog;
  readonly descriptorLog: DescriptorLog;
  readonly recorder: Recorder;
  readonly tracing: Tracing | null;
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
}

/** Opens the exchanges and their streams, and connects them to log, metrics and traces. */
export function openExchanges(options: OpenExchangesOptions): {
  readonly exchanges: Exchanges;
  readonly streams: ExchangeStreams;
} {
  const { config, log, throttled, descriptorLog, recorder, tracing, clock, random } = options;
  const proxyLog = createProxyLog(throttled);
  const onError = (exchange: string, err: unknown): void => {
    log.debug({ exchange, err }, 'a call to the exchange, or one of its streams, failed');
    descriptorLog.onError(err);
  };
  const logCall = createCallLog(throttled, (id, hosts) =>
    exchanges.circuits.some(
      ({ exchange, host, state }) =>
        exchange === id && state !== 'closed' && (hosts.length === 0 || hosts.includes(host)),
    ),
  );
  const recordCall = (exchange: string, outcome: CallOutcome, durationMs: number, hosts: readonly string[]): void => {
    recorder.recordCall(exchange, outcome, durationMs);
    logCall(exchange, outcome, hosts);
    tracing?.recordCall(exchange, outcome, durationMs);
  };
  const exchanges = new Exchanges({
    catalogue: createCatalogue(readCatalogue(), config.exchanges),
    exchangeOptions: config.exchangeOptions,
    clock,
    random,
    timeoutMs: config.upstreamTimeoutMs,
    maxQueuedCalls: config.maxQueuedCalls,
    onError: (exchange, error) => {
      onError(exchange, error);
      proxyLog.onCallError(exchange, error);
    },
    onCircuit: new CircuitLog(log, throttled).onCircuit,
    onCall: recordCall,
    onUnnamedMarkets: (exchange, count) => {
      if (count === 0) return;
      const message = `${exchange} lists ${count} markets whose symbol, base or quote is unknown; they are left out.`;
      throttled.write('info', `unnamed ${exchange}`, { exchange, count }, message);
    },
    onMissingMarkets: new ListingLog(log, throttled).onMissingMarkets,
  });
  warnOfRelays(log, exchanges);
  const streams = new ExchangeStreams({
    exchanges,
    clock,
    random,
    timeoutMs: config.upstreamTimeoutMs,
    silenceMs: config.streamSilenceMs,
    onError: (exchange, error) => {
      onError(exchange, error);
      proxyLog.onStreamError(exchange, error);
    },
  });
  return { exchanges, streams };
}
