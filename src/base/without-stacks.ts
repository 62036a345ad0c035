/**
 * What `make` returns. Errors that it makes have no stack, which is most of what an error costs: for those that nobody
 * looks for in this server's code, since a client made them, thousands in one answer. It must not wait for anything.
 */
export function withoutStacks<T>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
