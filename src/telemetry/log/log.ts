import { type Logger, pino } from 'pino';
import { LogOutput } from './log-output.ts';
import { createRedaction } from './redaction.ts';
import { ignoreErrors, openStandard, type StandardStream } from './standard-output.ts';

export interface ProcessLog {
  readonly log: Logger;
  /** Number of lines that were dropped since the start because nothing read the log. */
  readonly droppedLines: () => number;
  /** Writes the lines that wait, and lets go of the process's streams. */
  readonly close: () => void;
}

/** Matches pino's lines with level debug or trace. */
const minorLine = /^\{"level":[12]0,/;

/**
 * Creates a logger that writes to `stream`: readable lines on a terminal, JSON lines elsewhere. No line contains secrets
 * from the options of exchanges or the query of a URL. A stalled reader does not block the server: see `LogOutput`.
 */
export async function createLog(level: string, exchangeOptions: unknown, stream: StandardStream): Promise<ProcessLog> {
  const release = [process.stdout, process.stderr].map(ignoreErrors);
  const toReadable = stream.isTTY ? await createPretty() : null;
  const { output, close } = openOutput(stream, (dropped) => {
    log.error({ dropped }, `${dropped} lines were dropped here because nothing read the log for too long`);
  });
  const destination = {
    write: (line: string): void => output.write(toReadable ? toReadable(line) : line, minorLine.test(line)),
    flush: (done: () => void): void => {
      output.flushSync();
      done();
    },
    flushSync: (): void => output.flushSync(),
  };
  const log = pino({ level, hooks: { streamWrite: createRedaction(exchangeOptions) } }, destination);
  return {
    log,
    droppedLines: () => output.dropped,
    close: () => {
      close();
      for (const each of release) each();
    },
  };
}

/** Writes a line to standard error, for a process that fails before it has a log. */
export function writeToStandardError(line: string): void {
  openOutput(process.stderr, () => {}).output.write(`${line}\n`);
}

interface OpenOutput {
  readonly output: LogOutput;
  readonly close: () => void;
}

function openOutput(stream: StandardStream, onDropped: (count: number) => void): OpenOutput {
  const never = new Int32Array(new SharedArrayBuffer(4));
  const opened = openStandard(stream);
  const output = new LogOutput({
    write: opened.write,
    later: (delayMs, callback) => void setTimeout(callback, delayMs).unref(),
    pause: (ms) => void Atomics.wait(never, 0, 0, ms),
    onDropped,
  });
  const flush = (): void => output.flushSync();
  process.on('exit', flush);
  return {
    output,
    close: () => {
      flush();
      process.off('exit', flush);
      opened.close();
    },
  };
}

async function createPretty(): Promise<(line: string) => string> {
  const { prettyFactory } = await import('pino-pretty');
  return prettyFactory({ ignore: 'pid,hostname', translateTime: 'HH:MM:ss' });
}
