import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A FIFO that a program writes its log to, and that is read only when the test says so. */
export class Fifo {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tickql-fifo-'));
  readonly path = join(this.#folder, 'log');
  #reader: number | null;
  /** The file descriptor that the program gets. Its writes wait while the FIFO is full, as with any other FIFO. */
  readonly writer: number;

  constructor() {
    execFileSync('mkfifo', [this.path]);
    this.#reader = openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
    this.writer = openSync(this.path, 'w');
  }

  /** Reads what the FIFO holds now, which makes room in it. */
  read(): string {
    if (this.#reader === null) return '';
    const parts: Buffer[] = [];
    const part = Buffer.alloc(65_536);
    while (true) {
      try {
        const length = readSync(this.#reader, part);
        if (length === 0) break;
        parts.push(Buffer.from(part.subarray(0, length)));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') break;
        throw error;
      }
    }
    return Buffer.concat(parts).toString();
  }

  /** Fills it, so that it has no room left. */
  fill(): void {
    const writer = openSync(this.path, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      for (const size of [4096, 1]) {
        const bytes = Buffer.alloc(size, 0x20);
        while (isWritten(writer, bytes));
      }
    } finally {
      closeSync(writer);
    }
  }

  /** From now on a write fails with EPIPE. */
  leave(): void {
    if (this.#reader !== null) closeSync(this.#reader);
    this.#reader = null;
  }

  comeBack(): void {
    this.#reader ??= openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
  }

  close(): void {
    this.leave();
    closeSync(this.writer);
    rmSync(this.#folder, { recursive: true });
  }
}

function isWritten(fd: number, bytes: Buffer): boolean {
  try {
    return writeSync(fd, bytes) > 0;
  } catch {
    return false;
  }
}
