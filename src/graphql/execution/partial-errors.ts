import {
  type ExecutionResult,
  type GraphQLError,
  type GraphQLResolveInfo,
  locatedError,
  responsePathAsArray,
} from 'graphql';

/**
 * Errors of one operation that leave their field its value. A list without nulls, as the schema promises for `exchanges`,
 * would otherwise be lost as a whole because of one entry. The executor adds these errors to the result. Not for
 * subscriptions, whose events share a context.
 */
export class PartialErrors {
  readonly #errors: GraphQLError[] = [];

  /** Notes what a part of a field failed with. */
  add(error: unknown, { fieldNodes, path }: GraphQLResolveInfo): void {
    this.#errors.push(locatedError(error, fieldNodes, responsePathAsArray(path)));
  }

  /** The result with these errors after its own. */
  addTo(result: ExecutionResult): ExecutionResult {
    if (this.#errors.length === 0) return result;
    return { ...result, errors: [...(result.errors ?? []), ...this.#errors] };
  }
}

/** The result with the errors that its context holds beside it, if it is one that does. */
export function withPartialErrors(result: ExecutionResult, context: unknown): ExecutionResult {
  if (typeof context !== 'object' || context === null || !('partialErrors' in context)) return result;
  return context.partialErrors instanceof PartialErrors ? context.partialErrors.addTo(result) : result;
}
