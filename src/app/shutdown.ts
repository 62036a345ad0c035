import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import type { App } from './app.ts';

/** The ways in which the process can end. */
export interface ProcessEnd {
  /** By itself, because nothing is open any longer; after `withinMs` at the latest. */
  leave(code: number, withinMs: number): void;
  /** At once, even if something is open. */
  exit(code: number): void;
  /** At once, by the signal, as if it had no handler. */
  raise(signal: NodeJS.Signals): void;
}

export interface ShutdownOptions {
  readonly app: Pick<App, 'stop' | 'stillOpen'>;
  readonly log: Logger;
  readonly clock: Clock;
  /** How long the app keeps running before it stops, in ms. */
  readonly delayMs: number;
  readonly end: ProcessEnd;
}

/** How long stopping can take after the delay, in ms: with the default delay, the process ends within ten seconds. */
const maxStopMs = 9000;

/** The same after a crash, when the state of the process is no longer reliable. */
const maxCrashStopMs = 2000;

/** How long a process with nothing open can take to end by itself, in ms. */
const maxLeaveMs = 2000;

/**
 * On Ctrl-C, npm repeats the signal that the terminal has already sent. The same signal within this time is ignored, in
 * ms.
 */
const echoMs = 100;

/** Decides how the process ends: it always logs why, and it always ends in time. */
export class Shutdown {
  readonly #options: ShutdownOptions;
  #firstSignal: { readonly signal: NodeJS.Signals; readonly at: number } | null = null;
  #hasCrashed = false;

  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  get isStopping(): boolean {
    return this.#firstSignal !== null || this.#hasCrashed;
  }

  /** Stops the app. A second signal ends the process at once. */
  readonly onSignal = (signal: NodeJS.Signals): void => {
    const { log, clock, delayMs, end } = this.#options;
    if (this.#firstSignal === null) {
      this.#firstSignal = { signal, at: clock.now() };
      log.info(`${signal}: stopping`);
      if (!this.#hasCrashed) this.#stop(delayMs + maxStopMs);
    } else if (signal !== this.#firstSignal.signal || clock.now() - this.#firstSignal.at >= echoMs) {
      log.warn(`${signal}: ending at once`);
      log.flush();
      end.raise(signal);
    }
  };

  /** Logs an unhandled error and ends the process soon with code 1. */
  readonly onCrash = (err: unknown): void => {
    const { log, end } = this.#options;
    log.fatal({ err }, 'unhandled error: stopping');
    if (this.#hasCrashed) {
      end.exit(1);
      return;
    }
    this.#hasCrashed = true;
    this.#stop(maxCrashStopMs);
  };

  #stop(withinMs: number): void {
    const { app, log, clock, end } = this.#options;
    const until = clock.now() + withinMs;
    const leave = (code: number): void => end.leave(code, Math.max(0, Math.min(maxLeaveMs, until - clock.now())));
    const cancel = clock.after(withinMs, () => {
      const open = app.stillOpen;
      log.warn({ open }, 'stopping took too long: ending the process although something is still open');
      // Only a client without its answer is a failure; an exchange that does not close its connections is not.
      end.exit(this.#hasCrashed || open.requests > 0 || open.sockets > 0 ? 1 : 0);
    });
    app.stop({ atOnce: this.#hasCrashed }).then(
      () => {
        cancel();
        leave(this.#hasCrashed ? 1 : 0);
      },
      (err: unknown) => {
        cancel();
        log.fatal({ err }, 'could not stop');
        leave(1);
      },
    );
  }
}
