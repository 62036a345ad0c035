import type { ExecutionResult } from 'graphql';

/**
 * One event of a subscription as clients get it. To them, `errors` means the end (Apollo Client 3 and Relay unsubscribe),
 * so errors of single fields of an event that has data are in `extensions.errors`; those fields are null.
 */
export function toEventResult(result: ExecutionResult): ExecutionResult {
  const { data, errors, extensions } = result;
  if (!errors || !hasRoot(data)) return result;
  return { data, extensions: { ...extensions, errors } };
}

/** True unless the event as a whole could not be given. */
function hasRoot(data: ExecutionResult['data']): data is NonNullable<typeof data> {
  return data != null && Object.values(data).some((value) => value !== null);
}
