import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../../src/config/load-config.ts';
import type { AppCommand, AppReport, Lap, Measurement } from './measured-process.ts';
import { createRequests, type RunningServer } from './running-server.ts';

/** The whole app in its own process, whose memory and handles can be measured. */
export interface MeasuredServer extends RunningServer {
  /** The lines of its log at level error or above so far. */
  readonly failures: readonly string[];
  /** How the process ended; null while it runs. */
  readonly death: string | null;
  /** Rejects when the process has ended, or does not answer within a minute. */
  measure(): Promise<Measurement>;
  /** Measures how busy it was since the last lap. Rejects as `measure` does. */
  lap(): Promise<Lap>;
  stop(): Promise<void>;
}

const file = fileURLToPath(new URL('measured-process.ts', import.meta.url));

/** The process may take this long to answer, in ms. */
const answerTimeoutMs = 60_000;

export async function startMeasuredServer(config: Partial<Config>): Promise<MeasuredServer> {
  const child = fork(file, {
    execArgv: ['--import', 'tsx', '--expose-gc'],
    // As in production: libraries check and print less.
    env: { PATH: process.env.PATH, NODE_ENV: 'production' },
  });
  const failures: string[] = [];
  let death: string | null = null;
  child.on('message', (report: AppReport) => {
    if (report.type === 'failed') failures.push(report.line);
  });
  child.once('exit', (code, signal) => {
    death = `the server's process ended with ${signal ?? `code ${code}`}`;
  });

  function ask<T extends AppReport['type']>(command: AppCommand, type: T): Promise<Extract<AppReport, { type: T }>> {
    return new Promise((resolve, reject) => {
      const finish = (error: Error | null): void => {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        if (error) reject(error);
      };
      const onExit = (): void => finish(new Error(death ?? 'the server has ended'));
      const onMessage = (report: AppReport): void => {
        if (!isOfType(report, type)) return;
        finish(null);
        resolve(report);
      };
      const timer = setTimeout(() => finish(new Error(`the server did not report ${type}`)), answerTimeoutMs);
      child.on('message', onMessage);
      child.once('exit', onExit);
      if (death === null) child.send(command);
      else onExit();
    });
  }

  const { port } = await ask({ type: 'start', config }, 'started');
  const stop = async (): Promise<void> => {
    if (death !== null) return;
    const ended = once(child, 'exit');
    await ask({ type: 'stop' }, 'stopped');
    await ended;
  };
  return {
    ...createRequests(port),
    failures,
    get death() {
      return death;
    },
    measure: async () => (await ask({ type: 'measure' }, 'measured')).measurement,
    lap: async () => (await ask({ type: 'lap' }, 'lapped')).lap,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function isOfType<T extends AppReport['type']>(report: AppReport, type: T): report is Extract<AppReport, { type: T }> {
  return report.type === type;
}
