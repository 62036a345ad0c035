import { addAbortSignal } from 'node:stream';
import { text } from 'node:stream/consumers';
import { processEnd, stopSignals } from '../app/process/process-end.ts';
import { systemClock } from '../base/clock.ts';
import { runCommand } from './run-command.ts';
import { Output } from './terminal/output.ts';

/** How long a process with nothing open can take to end by itself, in ms. */
const maxLeaveMs = 1000;

/** Runs a command as the only task of this process. */
export async function runAsProcess(args: readonly string[]): Promise<void> {
  const stop = new AbortController();
  // A second signal ends the process at once.
  for (const signal of stopSignals) process.once(signal, () => stop.abort());
  const code = await runCommand(args, {
    env: process.env,
    out: new Output(process.stdout, () => stop.abort()),
    err: new Output(process.stderr),
    readInput: () => text(addAbortSignal(stop.signal, process.stdin)),
    clock: systemClock,
    signal: stop.signal,
  });
  processEnd.leave(code, maxLeaveMs);
}
