import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';

/** Standard output or standard error. */
export type StandardStream = NodeJS.WriteStream & { readonly fd: number };

export interface OpenStandard {
  /** Writes as many bytes as the reader has room for, and returns their number. */
  readonly write: (bytes: Uint8Array) => number;
  /** What is written afterwards is lost. The stream itself stays open. */
  readonly close: () => void;
}

/**
 * Opens standard output or standard error so that writing never waits for the reader, as `LogOutput` requires.
 *
 * Once Node has opened a stream for them, pipes and sockets reject what does not fit, because libuv sets O_NONBLOCK
 * (`uv_pipe_open`). On terminals Node clears the flag again. The flag belongs to the open file, which other processes
 * share and can change: a process that libuv starts with the same pipe clears it. On Linux, the same pipe or terminal
 * is therefore opened once more, as an open file of this process alone. If that fails (a socket, or another user's
 * pipe), and on other systems, the shared file is used; a stopped terminal then stops the server too. Regular files
 * accept everything.
 */
export function openStandard(stream: StandardStream): OpenStandard {
  const mayBlock = stream.isTTY || fstatSync(stream.fd).isFIFO();
  const fd = mayBlock ? reopen(stream.fd) : stream.fd;
  let isOpen = true;
  return {
    // Once it is closed, the number of the descriptor can belong to another file.
    write: (bytes) => (isOpen ? writeSync(fd, bytes) : bytes.length),
    close: () => {
      if (isOpen && fd !== stream.fd) closeSync(fd);
      isOpen = false;
    },
  };
}

/**
 * Ignores errors of the stream: output of a library to a reader that has gone must not end the process. Returns a function
 * that ends this.
 */
export function ignoreErrors(stream: StandardStream): () => void {
  const ignore = (): void => {};
  stream.on('error', ignore);
  return () => stream.off('error', ignore);
}

function reopen(fd: number): number {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
}
