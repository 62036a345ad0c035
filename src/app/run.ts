import { constants } from 'node:os';
import type { Logger } from 'pino';
import { systemClock } from '../base/clock.ts';
import { isOutOfDescriptors } from '../base/file-descriptors.ts';
import { ThrottledLog } from '../base/throttled-log.ts';
import { ConfigError } from '../config/config-error.ts';
import { type Config, loadConfig } from '../config/load-config.ts';
import { readCatalogue } from '../exchange/ccxt/catalogue.ts';
import { findOptionFault } from '../exchange/clients/option-fault.ts';
import { graphqlPath } from '../server/http/paths.ts';
import { createLog, writeToStandardError } from '../telemetry/log/log.ts';
import { readVersion } from '../telemetry/metrics/version.ts';
import { startTracing } from '../telemetry/tracing/start.ts';
import type { Tracing } from '../telemetry/tracing/tracing.ts';
import { readDescriptorLimit } from './descriptor-limit.ts';
import { type ProcessEnd, Shutdown } from './shutdown.ts';
import { setV8Flags } from './v8-flags.ts';
import { loadCluster } from './wire-cluster.ts';

const localHosts: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '0.0.0.0', '::', 'localhost']);

const signals = ['SIGTERM', 'SIGINT'] as const;

/** Runs the server as the only task of this process, until a signal or a crash ends it. */
export function run(): void {
  start().catch((error: unknown) => {
    writeToStandardError(`TickQL cannot start. ${toSentence(error)}`);
    end.leave(1, 2000);
  });
}

async function start(): Promise<void> {
  setV8Flags();
  const config = readConfig();
  const { log, droppedLines } = await createLog(config.logLevel, config.exchangeOptions);
  // A dynamic import, because Node opens all files of a module graph before it reads the first one. For the whole
  // server, these are more files than some systems allow a process to have open.
  const { createApp } = await import('./create-app.ts');
  const descriptorLimit = readDescriptorLimit();
  const app = createApp({
    config,
    log,
    tracing: await openTracing(config, log),
    openCluster: await loadCluster(config),
    descriptorLimit,
    droppedLogLines: droppedLines,
  });
  const shutdown = new Shutdown({ app, log, clock: systemClock, delayMs: config.shutdownDelayMs, end });
  // As early as possible: without handlers, the first process of a container ignores signals.
  for (const signal of signals) process.on(signal, shutdown.onSignal);
  process.on('uncaughtException', shutdown.onCrash);
  process.on('unhandledRejection', shutdown.onCrash);
  const port = await app.start();
  if (shutdown.isStopping) return;

  const host = localHosts.has(config.host) ? 'localhost' : config.host.includes(':') ? `[${config.host}]` : config.host;
  const address = `${host}:${port}${graphqlPath}`;
  log.info(`TickQL is ready. GraphiQL: http://${address}  WebSocket: ws://${address}`);
}

function readConfig(): Config {
  const catalogue = new Map(readCatalogue().map((info) => [info.id, info]));
  return loadConfig(process.env, [...catalogue.keys()], (exchange, options) =>
    findOptionFault(exchange, options, catalogue.get(exchange)?.hasTestNetwork ?? false),
  );
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

const end: ProcessEnd = {
  /**
   * With nothing open, the process ends by itself. process.exit() is only the fallback: Node 20 can hang in it while it
   * compiles code in the background (nodejs/node#54918).
   */
  leave: (code, withinMs) => {
    process.exitCode = code;
    setTimeout(() => process.exit(), withinMs).unref();
  },
  exit: (code) => process.exit(code),
  raise: (signal) => {
    for (const each of signals) process.removeAllListeners(each);
    process.kill(process.pid, signal);
    // The first process of a container is not ended by its own signals.
    setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
  },
};

function toSentence(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof Error && 'code' in error) {
    if (isOutOfDescriptors(error)) {
      return `The limit of file descriptors (${readDescriptorLimit() ?? 'EMFILE'}) is too low: raise ulimit -n, or LimitNOFILE of systemd.`;
    }
    if (error.code === 'EADDRINUSE') return 'PORT is in use by another program; set it to a free port.';
    if (error.code === 'EACCES') return 'This user may not use PORT; set it to a port above 1023.';
    if (error.code === 'ENOTFOUND' || error.code === 'EADDRNOTAVAIL' || error.code === 'EAI_AGAIN') {
      return 'HOST is not an address of this machine; set it to 127.0.0.1 or 0.0.0.0, for example.';
    }
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
