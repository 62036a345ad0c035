import type { Logger } from 'pino';
import { systemClock } from '../../base/clock.ts';
import { ThrottledLog } from '../../base/throttled-log.ts';
import type { Config } from '../../config/load-config.ts';
import { createLog } from '../../telemetry/log/log.ts';
import type { StandardStream } from '../../telemetry/log/standard-output.ts';
import { readVersion } from '../../telemetry/metrics/version.ts';
import { startTracing } from '../../telemetry/tracing/start.ts';
import type { Tracing } from '../../telemetry/tracing/tracing.ts';
import type { WiredApp } from '../create-app.ts';
import { loadCluster } from '../wire-cluster.ts';
import { loadApp } from './load-app.ts';
import { type Environment, readConfig } from './read-config.ts';

export interface PrepareAppOptions {
  readonly env: Environment;
  /** Where the log goes. */
  readonly logTo: StandardStream;
  /** Used if LOG_LEVEL is not set. */
  readonly logLevel?: Config['logLevel'];
  /** The maximum number of open files and sockets of the process; null if unknown, or if no client will connect. */
  readonly descriptorLimit: number | null;
}

/** An app that is wired and not started yet, with its settings and its log. */
export interface PreparedApp extends WiredApp {
  readonly config: Config;
  readonly log: Logger;
  /** Writes what is left of the log. To be called when the app has stopped. */
  readonly closeLog: () => void;
}

/** Reads the settings and wires an app. Rejects with a ConfigError for the first wrong setting. */
export async function prepareApp(options: PrepareAppOptions): Promise<PreparedApp> {
  const { env, logTo, logLevel, descriptorLimit } = options;
  const config = readConfig(env);
  const level = logLevel && !env.LOG_LEVEL ? logLevel : config.logLevel;
  const { log, droppedLines, close } = await createLog(level, config.exchangeOptions, logTo);
  const { wireApp } = await loadApp();
  const wired = wireApp({
    config,
    log,
    tracing: await openTracing(config, log),
    openCluster: await loadCluster(config),
    descriptorLimit,
    droppedLogLines: droppedLines,
  });
  return { ...wired, config, log, closeLog: close };
}

function openTracing({ tracesProtocol: protocol }: Config, log: Logger): Promise<Tracing | null> {
  if (!protocol) return Promise.resolve(null);
  const throttled = new ThrottledLog({ log, clock: systemClock });
  const message = 'traces cannot be sent; is a collector running at OTEL_EXPORTER_OTLP_ENDPOINT?';
  return startTracing({
    protocol,
    version: readVersion(),
    onProblem: (problem) => throttled.write('warn', 'traces', { problem }, message),
  });
}
