import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/** Standard output or standard error. */
export type StandardStream = NodeJS.WriteStream & { readonly fd: number };

/**
 * Opens standard output or standard error as `LogOutput` wants it: writing never waits for the reader.
 *
 * Pipes and sockets refuse what they have no room for once Node has made a stream of them, since libuv sets O_NONBLOCK
 * (`uv_pipe_open`); on terminals Node switches it off again. Either flag belongs to the open file, which other processes
 * share and may change: a process that libuv starts with the same pipe clears it. So Linux is asked for the same pipe or
 * terminal once more, as an open file of our own. Where it refuses (a socket, or another user's pipe), and elsewhere, the
 * shared one is used, and a terminal that is stopped stops the server too. Files take what they are given.
 */
export function openStandard(stream: StandardStream): (bytes: Uint8Array) => number {
  const isSlow = stream.isTTY || fstatSync(stream.fd).isFIFO();
  const fd = isSlow ? reopen(stream.fd) : stream.fd;
  return (bytes) => writeSync(fd, bytes);
}

/** What a library prints to a reader that has gone must not end the process: the stream's errors are ignored. */
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
