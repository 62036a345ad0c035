import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import type { App } from './create-app.ts';

/** How the process can end. */
export interface ProcessEnd {
  /** By itself, with nothing open any more; after so many ms at the latest. */
  leave(code: number, withinMs: number): void;
  /** At once, whatever is open. */
  exit(code: number): void;
  /** At once, by the signal, as if nobody listened to it. */
  raise(signal: NodeJS.Signals): void;
}

export interface ShutdownOptions {
  readonly app: Pick<App, 'stop' | 'stillOpen'>;
  readonly log: Logger;
  readonly clock: Clock;
  /** How long the app stays up before it stops, in ms. */
  readonly delayMs: number;
  readonly end: ProcessEnd;
}

export interface Shutdown {
  readonly isStopping: boolean;
  /** Stops the app; a second signal ends the process at once. */
  onSignal(signal: NodeJS.Signals): void;
  /** Logs an error that nobody handled, and ends the process soon with code 1. */
  onCrash(error: unknown): void;
}

/** How long stopping may take after its delay, in ms: with the default delay the process ends within ten seconds. */
const limitMs = 9000;

/** The same after a crash: nobody knows what is still right. */
const crashLimitMs = 2000;

/** How long a process with nothing open any more may take to end by itself, in ms. */
const leavingMs = 2000;

/** On Ctrl-C npm passes on what the terminal has sent already: the same signal again so soon, in ms, is the first one. */
const echoMs = 100;

/** Decides how the process ends: never without a word, and never not at all. */
export function createShutdown({ app, log, clock, delayMs, end }: ShutdownOptions): Shutdown {
  let first: { readonly signal: NodeJS.Signals; readonly at: number } | null = null;
  let crashed = false;

  function stop(longestMs: number): void {
    const until = clock.now() + longestMs;
    const leave = (code: number): void => end.leave(code, Math.max(0, Math.min(leavingMs, until - clock.now())));
    const cancel = clock.after(longestMs, () => {
      const open = app.stillOpen;
      log.warn({ open }, 'stopping took too long: the process ends with what is still open');
      // Who was served has an answer, and an exchange that does not let go is no failure of this server.
      end.exit(crashed || open.requests > 0 || open.sockets > 0 ? 1 : 0);
    });
    app.stop({ atOnce: crashed }).then(
      () => {
        cancel();
        leave(crashed ? 1 : 0);
      },
      (err: unknown) => {
        cancel();
        log.fatal({ err }, 'could not stop');
        leave(1);
      },
    );
  }

  return {
    get isStopping() {
      return first !== null || crashed;
    },
    onSignal: (signal) => {
      if (first === null) {
        first = { signal, at: clock.now() };
        log.info(`${signal}: stopping`);
        if (!crashed) stop(delayMs + limitMs);
      } else if (signal !== first.signal || clock.now() - first.at >= echoMs) {
        log.warn(`${signal}: ending at once`);
        log.flush();
        end.raise(signal);
      }
    },
    onCrash: (err) => {
      log.fatal({ err }, 'an error that nobody handled: stopping');
      if (crashed) return end.exit(1);
      crashed = true;
      stop(crashLimitMs);
    },
  };
}
