export interface LogOutputOptions {
  /** Writes as many bytes as possible without waiting and returns their number; throws if none can be written. */
  readonly write: (bytes: Uint8Array) => number;
  /** Calls `callback` after `delayMs`. Must not keep the process alive. */
  readonly later: (delayMs: number, callback: () => void) => void;
  /** Blocks the whole process for `ms`. */
  readonly pause: (ms: number) => void;
  /** Called once there is room again, with the number of lines dropped since the last call. */
  readonly onDropped: (count: number) => void;
}

/** Maximum size of the lines that wait for the reader, in bytes. */
const maxBytes = 1024 * 1024;

/** Maximum for minor lines: a quarter is reserved for the others. */
const maxMinorBytes = (maxBytes * 3) / 4;

/**
 * A pipe accepts up to this many bytes entirely or not at all (PIPE_BUF on Linux), so that a killed process leaves no
 * partial line.
 */
const maxChunkBytes = 4096;

const minRetryMs = 10;
const maxRetryMs = 1000;

/** At the end of the process, a slow reader gets up to 30 pauses of 10 ms, 0.3 s in all. */
const maxPauses = 30;
const pauseMs = 10;

/**
 * Writes the lines of a log to a file descriptor and never waits for its reader.
 *
 * The programs that read logs can stall: a shipper without network, a terminal after Ctrl-S, a pager. A write that
 * waits for the reader stops the whole server, because one thread runs all JavaScript. A write that waits in libuv's
 * thread pool occupies one of its four threads, and the process cannot end before that thread does
 * (`uv_library_shutdown` joins them). Bytes are therefore written synchronously from this thread, to a descriptor that
 * accepts or rejects them at once.
 *
 * While the reader keeps up, each line has left the process when `write` returns. Rejected lines wait in order and are
 * retried at growing intervals. When too much waits, new lines are dropped and counted, minor ones first, until half of
 * the waiting lines are written. Then `onDropped` receives the count, so that the log says how many lines are missing
 * at the place where they are missing. A reader that has gone (EPIPE) and a full disk (ENOSPC) are treated like a
 * stalled reader: a FIFO can be opened again, and a disk can be cleaned up.
 */
export class LogOutput {
  readonly #options: LogOutputOptions;
  /** The waiting lines. A part of the first one may have been written already. */
  readonly #lines: Buffer[] = [];
  #bytes = 0;
  #isDropping = false;
  /** Lines dropped since the last call of `onDropped`. */
  #unreported = 0;
  #dropped = 0;
  #isWriting = false;
  #isWaiting = false;
  #retryMs = minRetryMs;

  constructor(options: LogOutputOptions) {
    this.#options = options;
  }

  /** Number of lines dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Writes a line, which must include its line break. Never throws. */
  write(line: string, isMinor = false): void {
    const bytes = Buffer.from(line);
    const limit = isMinor ? maxMinorBytes : maxBytes;
    if ((isMinor && this.#isDropping) || this.#bytes + bytes.length > limit) {
      this.#isDropping = true;
      this.#unreported += 1;
      this.#dropped += 1;
    } else {
      this.#lines.push(bytes);
      this.#bytes += bytes.length;
    }
    if (!this.#isWriting && !this.#isWaiting) this.#drain();
  }

  /** Gives the reader a moment to accept the waiting lines. For the end of the process. */
  flushSync(): void {
    if (this.#isWriting) return;
    for (let pauses = 0; this.#drain() === 'full' && pauses < maxPauses; pauses++) this.#options.pause(pauseMs);
  }

  #drain(): 'done' | 'full' | 'broken' {
    this.#isWriting = true;
    try {
      while (true) {
        this.#reportDropped();
        if (this.#lines.length === 0) return 'done';
        this.#writeChunk();
        this.#retryMs = minRetryMs;
      }
    } catch (error) {
      this.#retryLater();
      return isFull(error) ? 'full' : 'broken';
    } finally {
      this.#isWriting = false;
    }
  }

  #writeChunk(): void {
    let count = 0;
    let length = 0;
    for (const { length: next } of this.#lines) {
      if (count > 0 && length + next > maxChunkBytes) break;
      count += 1;
      length += next;
    }
    const [first] = this.#lines;
    const chunk = count === 1 && first ? first : Buffer.concat(this.#lines.slice(0, count), length);
    this.#removeWritten(this.#options.write(chunk));
  }

  /** Removes the written bytes from the waiting lines. */
  #removeWritten(written: number): void {
    this.#bytes -= written;
    let left = written;
    let count = 0;
    for (const { length } of this.#lines) {
      if (length > left) break;
      left -= length;
      count += 1;
    }
    this.#lines.splice(0, count);
    const [first] = this.#lines;
    if (first && left > 0) this.#lines[0] = first.subarray(left);
  }

  #reportDropped(): void {
    if (this.#unreported === 0 || this.#bytes > maxBytes / 2) return;
    const count = this.#unreported;
    this.#unreported = 0;
    this.#isDropping = false;
    this.#options.onDropped(count);
  }

  #retryLater(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#options.later(this.#retryMs, () => {
      this.#isWaiting = false;
      this.#drain();
    });
    this.#retryMs = Math.min(2 * this.#retryMs, maxRetryMs);
  }
}

/** True if the descriptor is full for now, and the reader can make room at any moment. */
function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
