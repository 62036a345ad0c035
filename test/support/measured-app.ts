import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../src/config/load-config.ts';
import type { AppCommand, AppReport, Lap, Measurement } from './app-process.ts';

/** A whole server on loopback in a process of its own, whose memory and handles can be measured. */
export interface MeasuredApp {
  readonly port: number;
  /** Lines of its log at level error or above so far: what it masked, and what must not happen. */
  readonly failures: readonly string[];
  /** Says how the process ended, and null while it lives. */
  readonly death: string | null;
  /** Rejects when the process has ended, or does not answer for `patienceMs`. */
  measure(): Promise<Measurement>;
  /** The same, of how busy it was since it was last asked. */
  lap(): Promise<Lap>;
  stop(): Promise<void>;
}

const file = fileURLToPath(new URL('app-process.ts', import.meta.url));

/** How long it may take to answer, in ms. */
const patienceMs = 60_000;

/** Starts the app on a free port; `config` changes what a run is about. Stop it when done. */
export async function startMeasuredApp(config: Partial<Config>): Promise<MeasuredApp> {
  const child = fork(file, {
    execArgv: ['--import', 'tsx', '--expose-gc'],
    // As servers are run that people wait for.
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
      const timer = setTimeout(() => finish(new Error(`the server did not say ${type}`)), patienceMs);
      child.on('message', onMessage);
      child.once('exit', onExit);
      if (death === null) child.send(command);
      else onExit();
    });
  }

  const { port } = await ask({ type: 'start', config }, 'started');
  return {
    port,
    failures,
    get death() {
      return death;
    },
    measure: async () => (await ask({ type: 'measure' }, 'measured')).measurement,
    lap: async () => (await ask({ type: 'lap' }, 'lapped')).lap,
    stop: async () => {
      if (death !== null) return;
      const ended = once(child, 'exit');
      await ask({ type: 'stop' }, 'stopped');
      await ended;
    },
  };
}

function isOfType<T extends AppReport['type']>(report: AppReport, type: T): report is Extract<AppReport, { type: T }> {
  return report.type === type;
}
