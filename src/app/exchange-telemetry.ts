import type { Logger } from 'pino';
import type { ThrottledLog } from '../base/throttled-log.ts';
import type { ExchangesOptions } from '../exchange/clients/exchanges.ts';
import type { StreamsOptions } from '../exchange/streams/streams.ts';
import { createCallLog } from '../telemetry/log/call-log.ts';
import { CircuitLog } from '../telemetry/log/circuit-log.ts';
import { ListingLog } from '../telemetry/log/listing-log.ts';
import { createProxyLog } from '../telemetry/log/proxy-log.ts';
import type { Recorder } from '../telemetry/metrics/recorder.ts';
import type { Tracing } from '../telemetry/tracing/tracing.ts';
import type { DescriptorLog } from './descriptor-limit.ts';

export interface ExchangeTelemetryOptions {
  readonly log: Logger;
  /** For log lines that could be repeated often. */
  readonly throttled: ThrottledLog;
  readonly descriptorLog: DescriptorLog;
  readonly recorder: Recorder;
  readonly tracing: Tracing | null;
  /** True if a circuit of the exchange is open: one of these hosts, or any if there are none. */
  readonly hasOpenCircuit: (exchange: string, hosts: readonly string[]) => boolean;
}

/** The callbacks with which exchanges and streams report to log, metrics and traces. */
export interface ExchangeTelemetry {
  readonly exchanges: Required<
    Pick<ExchangesOptions, 'onError' | 'onCircuit' | 'onCall' | 'onUnnamedMarkets' | 'onMissingMarkets'>
  >;
  readonly streams: Pick<StreamsOptions, 'onError'>;
}

export function createExchangeTelemetry(options: ExchangeTelemetryOptions): ExchangeTelemetry {
  const { log, throttled, descriptorLog, recorder, tracing, hasOpenCircuit } = options;
  const proxyLog = createProxyLog(throttled);
  const logCall = createCallLog(throttled, hasOpenCircuit);
  const logError = (exchange: string, err: unknown): void => {
    log.debug({ exchange, err }, 'a call to the exchange, or one of its streams, failed');
    descriptorLog.onError(err);
  };
  return {
    exchanges: {
      onError: (exchange, error) => {
        logError(exchange, error);
        proxyLog.onCallError(exchange, error);
      },
      onCircuit: new CircuitLog(log, throttled).onCircuit,
      onCall: (exchange, outcome, durationMs, hosts) => {
        recorder.recordCall(exchange, outcome, durationMs);
        logCall(exchange, outcome, hosts);
        tracing?.recordCall(exchange, outcome, durationMs);
      },
      onUnnamedMarkets: (exchange, count) => {
        if (count === 0) return;
        const message = `${exchange} lists ${count} markets whose symbol, base or quote is unknown; they are left out.`;
        throttled.write('info', `unnamed ${exchange}`, { exchange, count }, message);
      },
      onMissingMarkets: new ListingLog(log, throttled).onMissingMarkets,
    },
    streams: {
      onError: (exchange, error) => {
        logError(exchange, error);
        proxyLog.onStreamError(exchange, error);
      },
    },
  };
}
