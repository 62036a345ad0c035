import { constants } from 'node:os';
import type { ProcessEnd } from '../shutdown.ts';

/** The signals that ask the process to stop. */
export const stopSignals = ['SIGTERM', 'SIGINT'] as const;

/** Ends this process. */
export const processEnd: ProcessEnd = {
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
    for (const each of stopSignals) process.removeAllListeners(each);
    process.kill(process.pid, signal);
    // The first process of a container is not ended by its own signals.
    setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
  },
};
