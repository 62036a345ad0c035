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

/** What the other parts of the server report to. */
export interface WiredTelemetry {
  /** For the metrics. */
  readonly recorder: Recorder;
  /** For lines that may be repeated often. */
  readonly throttled: ThrottledLog;
  readonly descriptorLog: DescriptorLog;
}

/** 16 random characters are some 96 bits. */
const safeKeyLength = 16;

/** Creates what logs and counts, and logs a warning for each setting that is dangerous. */
export function wireTelemetry({ config, log, clock, descriptorLimit }: WireTelemetryOptions): WiredTelemetry {
  const throttled = new ThrottledLog({ log, clock });
  const limitWarning = toLimitWarning(descriptorLimit, config.maxSockets);
  if (limitWarning) log.warn(limitWarning);
  if (config.apiKeys.some((key) => key.length < safeKeyLength)) {
    log.warn(`a key of API_KEYS has fewer than ${safeKeyLength} characters, which can be guessed`);
  }
  return { recorder: new Recorder(), throttled, descriptorLog: createDescriptorLog(throttled, descriptorLimit) };
}
