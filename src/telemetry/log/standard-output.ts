import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/** Standard output or standard error. */
export type StandardStream = NodeJS.WriteStream & { readonly fd: number };

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
export function openStandard(stream: StandardStream): (bytes: Uint8Array) => number {
  const mayBlock = stream.isTTY || fstatSync(stream.fd).isFIFO();
  const fd = mayBlock ? reopen(stream.fd) : stream.fd;
  return (bytes) => writeSync(fd, bytes);
}

/** Ignores errors of the stream: output of a library to a reader that has gone must not end the process. */
export function ignoreErrors(stream: StandardStream): void {
  stream.on('error', () => {});
}

function reopen(fd: number): number {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
}
