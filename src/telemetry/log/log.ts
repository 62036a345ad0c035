import { type Logger, pino } from 'pino';
import { LogOutput } from './log-output.ts';
import { createRedaction } from './redaction.ts';
import { ignoreErrors, openStandard, type StandardStream } from './standard-output.ts';

export interface ProcessLog {
  readonly log: Logger;
  /** How many lines were dropped so far because nothing read the log. */
  readonly droppedLines: () => number;
}

/** Lines of pino at debug and trace. */
const minorLine = /^\{"level":[12]0,/;

/**
 * A logger to standard output: lines to read on a terminal, JSON lines elsewhere. No line of any level holds what is
 * secret in the options of exchanges, or the query of an address. A reader that stalls does not hold up the server: see
 * `LogOutput`.
 */
export async function createLog(level: string, exchangeOptions: unknown): Promise<ProcessLog> {
  for (const stream of [process.stdout, process.stderr]) ignoreErrors(stream);
  const toText = process.stdout.isTTY ? await createPretty() : null;
  const output = openOutput(process.stdout, (dropped) => {
    log.error({ dropped }, `${dropped} lines were dropped here: nothing read the log for too long`);
  });
  const destination = {
    write: (line: string): void => output.write(toText ? toText(line) : line, minorLine.test(line)),
    flush: (done: () => void): void => {
      output.flushSync();
      done();
    },
    flushSync: (): void => output.flushSync(),
  };
  const log = pino({ level, hooks: { streamWrite: createRedaction(exchangeOptions) } }, destination);
  return { log, droppedLines: () => output.dropped };
}

/** Writes why the process cannot start, to standard error. */
export function complain(sentence: string): void {
  openOutput(process.stderr, () => {}).write(`${sentence}\n`);
}

function openOutput(stream: StandardStream, onDropped: (count: number) => void): LogOutput {
  const asleep = new Int32Array(new SharedArrayBuffer(4));
  const output = new LogOutput({
    write: openStandard(stream),
    later: (delayMs, callback) => void setTimeout(callback, delayMs).unref(),
    pause: (ms) => void Atomics.wait(asleep, 0, 0, ms),
    onDropped,
  });
  process.on('exit', () => output.flushSync());
  return output;
}

async function createPretty(): Promise<(line: string) => string> {
  const { prettyFactory } = await import('pino-pretty');
  return prettyFactory({ ignore: 'pid,hostname', translateTime: 'HH:MM:ss' });
}
