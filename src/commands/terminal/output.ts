/** From this size on, in bytes, what waits for a slow reader is too much to add to. */
const maxWaitingBytes = 64 * 1024;

/** Standard output or standard error of a command. A reader that has gone, as with `| head`, is no error. */
export class Output {
  readonly #stream: NodeJS.WriteStream;
  #isClosed = false;

  /** `onClose` is called when the reader has gone. */
  constructor(stream: NodeJS.WriteStream, onClose: () => void = () => {}) {
    this.#stream = stream;
    stream.on('error', () => {
      this.#isClosed = true;
      onClose();
    });
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  get isClosed(): boolean {
    return this.#isClosed;
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
  write(text: string | Uint8Array): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => this.#stream.write(text, () => resolve()));
  }
}
