import { systemClock } from '../../base/clock.ts';
import { graphqlPath } from '../../server/http/paths.ts';
import { writeToStandardError } from '../../telemetry/log/log.ts';
import { readDescriptorLimit } from '../descriptor-limit.ts';
import { Shutdown } from '../shutdown.ts';
import { setV8Flags } from '../v8-flags.ts';
import { toUrlHost } from './listening.ts';
import { prepareApp } from './prepare-app.ts';
import { processEnd, stopSignals } from './process-end.ts';
import { explainStartFailure } from './start-failure.ts';

/** Runs the server as the only task of this process, until a signal or a crash ends it. */
export function run(): void {
  start().catch((error: unknown) => {
    writeToStandardError(`TickQL cannot start. ${explainStartFailure(error)}`);
    processEnd.leave(1, 2000);
  });
}

async function start(): Promise<void> {
  setV8Flags();
  const descriptorLimit = readDescriptorLimit();
  const { app, config, log } = await prepareApp({ env: process.env, logTo: process.stdout, descriptorLimit });
  const shutdown = new Shutdown({ app, log, clock: systemClock, delayMs: config.shutdownDelayMs, end: processEnd });
  // As early as possible: without handlers, the first process of a container ignores signals.
  for (const signal of stopSignals) process.on(signal, shutdown.onSignal);
  process.on('uncaughtException', shutdown.onCrash);
  process.on('unhandledRejection', shutdown.onCrash);
  const port = await app.start();
  if (shutdown.isStopping) return;

  const server = `${toUrlHost(config.host)}:${port}`;
  const livePage = config.livePage ? `Live page: http://${server}/  ` : '';
  const address = `${server}${graphqlPath}`;
  log.info(`TickQL is ready. ${livePage}GraphiQL: http://${address}  WebSocket: ws://${address}`);
}
