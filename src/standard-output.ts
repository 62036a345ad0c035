import { constants, openSync, writeSync } from 'node:fs';

/**
 * What writes to standard output or standard error as `LogOutput` wants it: without waiting.
 *
 * Pipes and sockets do not wait once Node has made a stream of them, since libuv sets O_NONBLOCK (`uv_pipe_open`), and
 * files take what they get. A terminal waits, after Ctrl-S for ever, since Node switches O_NONBLOCK off again; on Linux it
 * can be opened once more, with flags of its own that change nothing for the shell. Elsewhere, and where the terminal
 * belongs to another user, it waits.
 */
export function openStandard(stream: NodeJS.WriteStream & { readonly fd: number }): (bytes: Uint8Array) => number {
  // Nothing of ours is written to the stream, but what a library prints must not end the process when nobody reads it.
  stream.on('error', () => {});
  const fd = stream.isTTY ? reopen(stream.fd) : stream.fd;
  return (bytes) => writeSync(fd, bytes);
}

function reopen(fd: number): number {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
}
