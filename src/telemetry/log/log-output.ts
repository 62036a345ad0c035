export interface LogOutputOptions {
  /** Takes bytes without waiting and returns how many it has taken; throws while it can take none. */
  readonly write: (bytes: Uint8Array) => number;
  /** Calls back after `delayMs`. Must not keep the process alive. */
  readonly later: (delayMs: number, callback: () => void) => void;
  /** Stops the whole process for `ms`. */
  readonly pause: (ms: number) => void;
  /** Called when there is room again, with the number of lines dropped since the last call. */
  readonly onDropped: (count: number) => void;
}

/** The most that waits for the reader, in bytes. */
const maxBytes = 1024 * 1024;

/** Minor lines leave a quarter of it to the others. */
const maxMinorBytes = (maxBytes * 3) / 4;

/** A pipe takes up to this many bytes whole or not at all (PIPE_BUF on Linux): a process that is killed leaves no half line. */
const maxChunkBytes = 4096;

const minRetryMs = 10;
const maxRetryMs = 1000;

/** At the end of the process a slow reader gets this many pauses of this many ms: 0.3 s. */
const maxPauses = 30;
const pauseMs = 10;

/**
 * Writes the lines of a log to a file descriptor and never waits for its reader.
 *
 * Logs are read by programs that stall: a shipper without network, a terminal after Ctrl-S, a pager. A write that waits
 * for the reader stops the whole server, since one thread runs all JavaScript. A write that waits in libuv's thread pool
 * takes one of its four threads, and the process cannot end before that thread does (`uv_library_shutdown` joins them).
 * So bytes are written from this thread, at once, to a descriptor that either takes or refuses them.
 *
 * While the reader keeps up, each line has left the process when `write` returns. Lines that are refused wait in order,
 * and are tried again at growing intervals. When too much waits, new lines are dropped and counted, minor ones first,
 * until half of what waits has gone; then `onDropped` receives the count, so that the log says how many are missing at the
 * place where they are missing. A reader that has left (EPIPE) and a full disk (ENOSPC) are treated like one that stalls:
 * a FIFO can be opened again, and a disk can be cleared.
 */
export class LogOutput {
  readonly #options: LogOutputOptions;
  /** Lines that wait. Of the first one, a part may have been written already. */
  readonly #lines: Buffer[] = [];
  #bytes = 0;
  #isDropping = false;
  /** Lines dropped since `onDropped` was called last. */
  #untold = 0;
  #dropped = 0;
  #isWriting = false;
  #isWaiting = false;
  #retryMs = minRetryMs;

  constructor(options: LogOutputOptions) {
    this.#options = options;
  }

  /** How many lines were dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Writes a line, its end included. Never throws. */
  write(line: string, isMinor = false): void {
    const bytes = Buffer.from(line);
    const limit = isMinor ? maxMinorBytes : maxBytes;
    if ((isMinor && this.#isDropping) || this.#bytes + bytes.length > limit) {
      this.#isDropping = true;
      this.#untold += 1;
      this.#dropped += 1;
    } else {
      this.#lines.push(bytes);
      this.#bytes += bytes.length;
    }
    if (!this.#isWriting && !this.#isWaiting) this.#drain();
  }

  /** Gives the reader a moment to take what waits. For the end of the process. */
  flushSync(): void {
    if (this.#isWriting) return;
    for (let pauses = 0; this.#drain() === 'full' && pauses < maxPauses; pauses++) this.#options.pause(pauseMs);
  }

  #drain(): 'done' | 'full' | 'broken' {
    this.#isWriting = true;
    try {
      while (true) {
        this.#tellDropped();
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
    this.#take(this.#options.write(chunk));
  }

  /** Takes what has been written out of what waits. */
  #take(written: number): void {
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

  #tellDropped(): void {
    if (this.#untold === 0 || this.#bytes > maxBytes / 2) return;
    const count = this.#untold;
    this.#untold = 0;
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

/** True when the reader may make room at any moment. */
function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
