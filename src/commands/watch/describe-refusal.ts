import type { ExecutionResult, GraphQLError } from 'graphql';
import { toClientError } from '../../graphql/execution/errors.ts';
import { remedies } from '../../market/model/not-found.ts';

/** Why a subscription could not begin, for the user of a terminal, whom arguments and fields of GraphQL do not help. */
export function describeRefusal({ errors = [] }: ExecutionResult, report: (error: unknown) => void): string {
  return errors.map((error) => toSentence(toClientError(error, report))).join(' ');
}

function toSentence({ message, extensions }: GraphQLError): string {
  const { code, exchange, symbols, suggestions } = extensions;
  if (code === 'SYMBOL_NOT_FOUND' && Array.isArray(symbols)) {
    const named = symbols.length === 1 ? `market ${symbols[0]}` : `markets ${symbols.join(', ')}`;
    const nearest =
      Array.isArray(suggestions) && suggestions.length > 0 ? `; did you mean ${suggestions.join(', ')}?` : '.';
    return `${exchange} has no ${named}${nearest}`;
  }
  return (
    message
      .replace(remedies.listExchanges, "tickql query '{ exchanges { id } }' lists all ids")
      // A server tries again by itself, but this command ends.
      .replace('this server tries again in', 'try again in')
      .replace('this server is trying again now', 'try again')
  );
}
