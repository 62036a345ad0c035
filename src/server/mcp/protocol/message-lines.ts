import { Transform, type TransformCallback } from 'node:stream';

/** The SDK closes the connection at the same length. */
const maxLineBytes = 10 * 1024 * 1024;

const lineFeed = 0x0a;

export interface MessageLinesOptions {
  /** Returns the line to pass on instead of this one; null for none. */
  readonly readLine: (line: string) => string | null;
  /** Called when the last line has been passed on. The output ends when the promise settles. */
  readonly whenDone: () => Promise<void>;
}

/** Divides a stream of bytes into lines. The last one needs no end. Fails if a line is too long. */
export class MessageLines extends Transform {
  readonly #options: MessageLinesOptions;
  #pending: Buffer[] = [];
  #size = 0;

  constructor(options: MessageLinesOptions) {
    super();
    this.#options = options;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let begin = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, begin)) {
      this.#collect(chunk.subarray(begin, end));
      this.#finishLine();
      begin = end + 1;
    }
    this.#collect(chunk.subarray(begin));
    done(this.#size > maxLineBytes ? new RangeError('a line of the input is longer than 10 MB') : null);
  }

  override _flush(done: TransformCallback): void {
    this.#finishLine();
    this.#options.whenDone().then(() => done(), done);
  }

  #collect(part: Buffer): void {
    if (part.length === 0) return;
    this.#pending.push(part);
    this.#size += part.length;
  }

  #finishLine(): void {
    if (this.#size === 0) return;
    const line = this.#options.readLine(Buffer.concat(this.#pending).toString());
    this.#pending = [];
    this.#size = 0;
    if (line !== null) this.push(`${line}\n`);
  }
}
