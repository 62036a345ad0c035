import { type DocumentNode, Kind, visit } from 'graphql';

/**
 * True if graphql-jit 0.8 executes the document exactly as graphql-js does. It differs in these cases:
 * - It writes the strings of a document into the source code of a function. A string that begins with its marker for dates
 *   continues as code. Only strings from which no code can be made are therefore allowed; the strings of this schema are
 *   symbols, ids, timeframes and date-times.
 * - It attaches conditions to AST nodes that all spreads of a fragment share.
 * - It accepts null in a list that does not allow it.
 * - It loses a field named __proto__.
 */
export function isSafeToCompile(document: DocumentNode): boolean {
  let isSafe = true;
  visit(document, {
    StringValue: ({ value }) => {
      if (value.includes('__') || !/^[\w ./:+-]*$/.test(value)) isSafe = false;
    },
    Directive: () => {
      isSafe = false;
    },
    ListValue: ({ values }) => {
      if (values.some(({ kind }) => kind === Kind.VARIABLE)) isSafe = false;
    },
    ObjectValue: () => {
      isSafe = false;
    },
    Name: ({ value }) => {
      if (value === '__proto__') isSafe = false;
    },
  });
  return isSafe;
}
