import { type ASTVisitor, BREAK, buildSchema, parse, type ValidationRule, validate } from 'graphql';
import { expect, test } from 'vitest';
import { combineRules } from '../../../src/graphql/documents/combine-rules.ts';

const schema = buildSchema('type Query { a: Query b: Query c: Int }');
const document = parse('{ a { b { c } } c }');

/** What rules visit, by graphql-js alone and combined. */
function visited(toVisitors: (log: string[]) => readonly ASTVisitor[]): readonly [string[], string[]] {
  const run = (combine: (rules: readonly ValidationRule[]) => readonly ValidationRule[]): string[] => {
    const log: string[] = [];
    validate(schema, document, combine(toVisitors(log).map((visitor) => () => visitor)));
    return log;
  };
  return [run((rules) => rules), run((rules) => [combineRules(rules)])];
}

test('each rule visits the kinds that it names, in the order of the rules', () => {
  const [alone, combined] = visited((log) => [
    { Field: ({ name }) => void log.push(`first ${name.value}`) },
    {
      Field: { leave: ({ name }) => void log.push(`left ${name.value}`) },
      Name: ({ value }) => void log.push(`name ${value}`),
    },
    {
      Field: { enter: ({ name }) => void log.push(`second ${name.value}`) },
      OperationDefinition: { leave: () => void log.push('end') },
    },
  ]);
  expect(combined).toEqual(alone);
  expect(combined.slice(0, 4)).toEqual(['first a', 'second a', 'name a', 'first b']);
  expect(combined.at(-1)).toBe('end');
});

test('a rule that skips a node visits nothing in it, and other rules visit all of it', () => {
  const [alone, combined] = visited((log) => [
    {
      Field: ({ name }) => {
        log.push(`skipping ${name.value}`);
        return name.value === 'b' ? false : undefined;
      },
    },
    {
      Field: {
        enter: ({ name }) => void log.push(name.value),
        leave: ({ name }) => void log.push(`left ${name.value}`),
      },
    },
  ]);
  expect(combined).toEqual(alone);
  expect(combined.filter((line) => line === 'skipping c')).toHaveLength(1);
});

test('a rule that ends visits nothing more, and other rules continue', () => {
  const [alone, combined] = visited((log) => [
    {
      Field: ({ name }) => {
        log.push(`ending ${name.value}`);
        return BREAK;
      },
    },
    {
      Field: {
        leave: ({ name }) => {
          log.push(`left ${name.value}`);
          return name.value === 'b' ? BREAK : undefined;
        },
      },
    },
    { Field: ({ name }) => void log.push(name.value) },
  ]);
  expect(combined).toEqual(alone);
  expect(combined).toEqual(['ending a', 'a', 'b', 'c', 'left c', 'left b', 'c']);
});

test('a rule can visit nodes of every kind', () => {
  const [alone, combined] = visited((log) => [
    { enter: ({ kind }) => void log.push(`enter ${kind}`), leave: ({ kind }) => void log.push(`leave ${kind}`) },
    { SelectionSet: () => void log.push('selections') },
  ]);
  expect(combined).toEqual(alone);
  expect(combined).toContain('enter Document');
});
