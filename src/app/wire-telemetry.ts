import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import { ThrottledLog } from '../base/throttled-log.ts';
import type { Config } from '../config/load-config.ts';
import { Recorder } from '../telemetry/metrics/recorder.ts';
import { createDescriptorLog, type DescriptorLog, toLimitWarning } from './descriptor-limit.ts';

export interface WireTelemetryOptions {
  readonly config: Pick<Config, 'apiKeys' | 'maxSockets'>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly descriptorLimit: number | null;
}

/** The logs and metrics to which the other parts of the server report. */
export interface WiredTelemetry {
  /** For the metrics. */
  readonly recorder: Recorder;
  /** For log lines that could be repeated often. */
  readonly throttled: ThrottledLog;
  readonly descriptorLog: DescriptorLog;
}

/** 16 random characters have about 96 bits. */
const safeKeyLength = 16;

/** Creates the logs and metrics, and logs a warning for each dangerous setting. */
export function wireTelemetry({ config, log, clock, descriptorLimit }: WireTelemetryOptions): WiredTelemetry {
  const throttled = new ThrottledLog({ log, clock });
  const limitWarning = toLimitWarning(descriptorLimit, config.maxSockets);
  if (limitWarning) log.warn(limitWarning);
  if (config.apiKeys.some((key) => key.length < safeKeyLength)) {
    log.warn(`a key of API_KEYS has fewer than ${safeKeyLength} characters, which is easy to guess`);
  }
  return { recorder: new Recorder(), throttled, descriptorLog: createDescriptorLog(throttled, descriptorLimit) };
}
