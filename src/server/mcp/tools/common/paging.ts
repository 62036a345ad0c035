import type { GraphQLArgument } from 'graphql';
import { describeValue } from '../../../../graphql/types/describe-value.ts';
import { MarketDataError } from '../../../../market/errors.ts';
import { requireRowCount } from '../../../../market/row-limits.ts';
import { type JsonObject, toNumber } from '../../presenting/values.ts';
import { ownText } from './tool-arguments.ts';

/** The argument that continues a list. */
export function afterArgument(what: string): GraphQLArgument {
  return ownText('after', `Begin after ${what}; cut.next has it.`);
}

/** The rows after the one that `after` names, at most `limit`. Throws BAD_USER_INPUT if either is not valid. */
export function pageAfter(
  rows: readonly JsonObject[],
  key: string,
  { after, limit }: JsonObject,
): { readonly page: readonly JsonObject[]; readonly hasMore: boolean } {
  const count = requireCount('limit', limit);
  const start = after === undefined ? 0 : rows.findIndex((row) => row[key] === after) + 1;
  if (after !== undefined && start === 0) throw unknownAfter(after);
  return { page: rows.slice(start, start + count), hasMore: rows.length > start + count };
}

/** The count; throws BAD_USER_INPUT unless it is from 1 to 1000. */
export function requireCount(name: string, count: unknown): number {
  return requireRowCount(name, toNumber(count) ?? 0, {});
}

export function unknownAfter(after: unknown): MarketDataError {
  const message = `after is ${describeValue(after)}, which is not in the list: use the value in cut.next of the last answer, or leave it out to begin again.`;
  return new MarketDataError('BAD_USER_INPUT', message);
}
