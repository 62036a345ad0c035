import { fstatSync, writeSync } from 'node:fs';

/** From this size on, in bytes, what waits for a slow reader is too much to add to. */
const maxWaitingBytes = 64 * 1024;

/** What a write to a reader that has gone fails with. Windows says EOF. */
const readerGone: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'EOF']);

/** `process.stdout` or `process.stderr`. */
export type StandardOutput = NodeJS.WriteStream & { readonly fd: number };

/** Standard output or standard error of a command. A reader that has gone, as with `| head`, is no error. */
export class Output {
  readonly #stream: StandardOutput;
  readonly #onClose: () => void;
  readonly #isFile: boolean;
  #isClosed = false;
  #failure: string | null = null;

  /** `onClose` is called when nothing can be written any longer. */
  constructor(stream: StandardOutput, onClose: () => void = () => {}) {
    this.#stream = stream;
    this.#onClose = onClose;
    this.#isFile = isFile(stream.fd);
    stream.on('error', (error) => this.#close(error));
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The code of the error with which text was lost, for example on a full disk; null if there was none. */
  get failure(): string | null {
    return this.#failure;
  }

  /** True while the reader is behind. */
  get isFull(): boolean {
    return this.#stream.writableLength > maxWaitingBytes;
  }

  /** The size of the terminal in characters. */
  get size(): { readonly columns: number; readonly rows: number } {
    // A pseudo-terminal can have no size.
    return { columns: this.#stream.columns || 80, rows: this.#stream.rows || 24 };
  }

  /** Resolves when the text has left the process, or never can. */
  write(text: string): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    if (!this.#isFile) return new Promise((resolve) => this.#stream.write(text, () => resolve()));
    this.#writeToFile(Buffer.from(text));
    return Promise.resolve();
  }

  /** Node's own stream for files takes a write for complete that a full disk has cut short. */
  #writeToFile(bytes: Buffer): void {
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.#stream.fd, bytes, written);
    } catch (error) {
      this.#close(error);
    }
  }

  #close(error: unknown): void {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    this.#isClosed = true;
    if (!readerGone.has(code)) this.#failure = code;
    this.#onClose();
  }
}

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    // On Windows, a process without a console has no such descriptor.
    return false;
  }
}
