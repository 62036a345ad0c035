import type { GraphQLError } from 'graphql';
import { requireShallow } from '../../graphql/documents/value-depth.ts';
import type { GraphQLEngine } from '../../graphql/engine.ts';
import { toClientError } from '../../graphql/execution/errors.ts';

/** A query that the answer service has declined. */
export interface DeclinedQuery {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
}

/**
 * The errors of a query that the answer service has declined, the same as those of GraphQL over HTTP, for a door without
 * Yoga. Only an operation that cannot be found has a sentence that says more. Not for subscriptions, which are declined
 * although nothing is wrong with them.
 */
export async function findDeclineErrors(
  engine: GraphQLEngine,
  request: DeclinedQuery,
): Promise<readonly GraphQLError[]> {
  const errors = await findErrors(engine, request).catch((error: unknown) => [error]);
  return errors.map((error) => toClientError(error, engine.report));
}

async function findErrors(engine: GraphQLEngine, request: DeclinedQuery): Promise<readonly unknown[]> {
  const { schema, documents, measure, execute, hideSuggestions } = engine;
  const { query, operationName, variables: variableValues } = request;
  requireShallow(request);
  const { document, errors } = documents.get(query);
  if (errors.length > 0) return errors;
  const contextValue = engine.createContext(() => {});
  const args = { schema, document, operationName, variableValues, contextValue, hideSuggestions };
  measure(args);
  // Wrong variables, or no operation with this name: graphql-js refuses them before it executes anything.
  return (await execute(args)).errors ?? [];
}
