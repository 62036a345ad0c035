import type { GraphQLSchema } from 'graphql';
import { createFieldQuery, type FieldQuery } from '../../../../graphql/fields/field-query.ts';
import { maxHistoryRows } from '../../presenting/table.ts';
import { type JsonObject, toNumber, toText } from '../../presenting/values.ts';

/** The built-in exchange, whose prices are made up. */
const simulatedExchange = 'sim';

export function isSimulated(exchange: unknown): boolean {
  return exchange === simulatedExchange;
}

/** The query of a root field with these fields of its type. */
export function createRootQuery(schema: GraphQLSchema, name: string, fields: readonly string[]): FieldQuery {
  return createFieldQuery(schema, { operation: 'query', path: [name], selection: `{ ${fields.join(' ')} }` });
}

/** A market in a sentence. */
export function describeMarket({ exchange, symbol }: JsonObject): string {
  return `${toText(symbol)} on ${toText(exchange)}`;
}

/** How many there are: "1 ticker", "2 tickers". */
export function describeCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * One row more than asked for, which shows whether there are more. A count that is not valid is left to the field, which
 * says what is wrong with it.
 */
export function withOneMore(count: unknown, max = 1000): number {
  const asked = toNumber(count) ?? 0;
  return asked < 1 || asked >= max ? asked : asked + 1;
}

/** The same for a history, of which no more is asked for than can fit. `max` is what the field accepts. */
export function toHistoryLimit(limit: unknown, max = 1000): number {
  const asked = toNumber(limit) ?? 0;
  return asked > max ? asked : Math.min(withOneMore(asked, max), maxHistoryRows + 1);
}
