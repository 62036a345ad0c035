import type { ExecutionResult } from 'graphql';

/**
 * One event of a subscription in the form that clients receive. Clients take `errors` as the end of the subscription
 * (Apollo Client 3 and Relay unsubscribe). If an event has data, the errors of its null fields, and of what is missing
 * in it, are therefore moved to `extensions.errors`.
 */
export function toEventResult(result: ExecutionResult): ExecutionResult {
  const { data, errors, extensions } = result;
  if (!errors || !hasRoot(data)) return result;
  return { data, extensions: { ...extensions, errors } };
}

/** False if the root field failed, and with it the whole event. */
function hasRoot(data: ExecutionResult['data']): data is NonNullable<typeof data> {
  return data != null && Object.values(data).some((value) => value !== null);
}
