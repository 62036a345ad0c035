import {
  type ExecutionResult,
  type GraphQLError,
  type GraphQLResolveInfo,
  locatedError,
  responsePathAsArray,
} from 'graphql';

/**
 * Errors of one operation whose field keeps its value. Without this, one failing entry would make a list of non-null
 * items, such as `exchanges`, null as a whole. The executor adds these errors to the result, and the fan-out to that of an
 * event.
 */
export class PartialErrors {
  readonly #errors: GraphQLError[] = [];

  /** Adds the error of one part of a field. */
  add(error: unknown, { fieldNodes, path }: GraphQLResolveInfo): void {
    this.#errors.push(locatedError(error, fieldNodes, responsePathAsArray(path)));
  }

  /** Returns the result with these errors after its own. */
  addTo(result: ExecutionResult): ExecutionResult {
    if (this.#errors.length === 0) return result;
    return { ...result, errors: [...(result.errors ?? []), ...this.#errors] };
  }
}

/** Adds the partial errors of the context to the result, if the context has any. */
export function withPartialErrors(result: ExecutionResult, context: unknown): ExecutionResult {
  if (typeof context !== 'object' || context === null || !('partialErrors' in context)) return result;
  return context.partialErrors instanceof PartialErrors ? context.partialErrors.addTo(result) : result;
}

/** The context for one event: the same, but with partial errors of its own, because all events share a context. */
export function toEventContext(context: unknown): unknown {
  if (typeof context !== 'object' || context === null) return context;
  return { ...context, partialErrors: new PartialErrors() };
}
