/**
 * Returns what `create` returns. Errors created in it have no stack trace, which is most of what an error costs. Meant for
 * errors that a client causes, thousands of them in one answer: nobody looks for their origin in this server's code.
 * `create` must be synchronous.
 */
export function withoutStackTraces<T>(create: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return create();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
