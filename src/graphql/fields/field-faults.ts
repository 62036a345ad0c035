import {
  coerceInputValue,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  isScalarType,
} from 'graphql';
import { suggest } from '../../base/suggest.ts';
import { describeValue } from '../types/describe-value.ts';

const scalars: Readonly<Record<string, string>> = {
  Boolean: 'true or false',
  Float: 'a number',
  ID: 'text',
  Int: 'a whole number',
  String: 'text',
};

/** A sentence for each part of a value that is not valid, for clients that do not know the types of the schema. */
export function findFaults(name: string, type: GraphQLInputType, value: unknown): readonly string[] {
  // An object with several wrong members is reported once for each of them.
  const faults = new Set<string>();
  coerceInputValue(value, type, (path, invalid, error) => {
    const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
    for (const fault of describeFaults(typeAt(type, path), invalid, error.message))
      faults.add(`${name}${place}${fault}`);
  });
  return [...faults];
}

/** What comes after the place of the value in the sentences about it. */
function describeFaults(type: GraphQLInputType | null, value: unknown, message: string): readonly string[] {
  const named = type ? getNamedType(type) : null;
  if (isInputObjectType(named)) {
    return isPlainObject(value) ? describeMembers(named, value) : [toFault(describeMembersOf(named), value)];
  }
  const expected = isEnumType(named)
    ? describeEnum(named.getValues())
    : isScalarType(named)
      ? describeScalar(named.name, value)
      : null;
  return [expected ? toFault(expected, value) : ` is wrong: ${message}`];
}

function describeMembers(type: GraphQLInputObjectType, value: object): readonly string[] {
  const fields = type.getFields();
  const names = Object.keys(fields);
  const unknown = Object.keys(value).filter((name) => !Object.hasOwn(fields, name));
  const missing = Object.values(fields).filter(
    (field) => isRequiredInputField(field) && !Object.hasOwn(value, field.name),
  );
  return [
    ...unknown.map((name) => {
      const [nearest] = suggest(name, names);
      const meant = nearest === undefined ? ` It can have ${names.join(', ')}.` : ` Did you mean ${nearest}?`;
      return ` may not have the member ${describeValue(name)}.${meant}`;
    }),
    ...missing.map((field) => `.${field.name} is missing.`),
  ];
}

function describeMembersOf(type: GraphQLInputObjectType): string {
  return `an object with ${Object.keys(type.getFields()).join(', ')}`;
}

/** An Int of GraphQL has 32 bits, so a whole number can be none. */
function describeScalar(name: string, value: unknown): string | undefined {
  const range = name === 'Int' && Number.isInteger(value) ? ` from ${-(2 ** 31)} to ${2 ** 31 - 1}` : '';
  const expected = scalars[name];
  return expected === undefined ? undefined : expected + range;
}

function describeEnum(values: readonly { readonly name: string }[]): string {
  return `${values.length > 1 ? 'one of ' : ''}${values.map(({ name }) => name).join(', ')}`;
}

function toFault(expected: string, value: unknown): string {
  return ` must be ${expected}, but it is ${describeValue(value)}.`;
}

/** The type of the value at a path within a value of this type; null if there is none. */
function typeAt(type: GraphQLInputType, path: readonly (string | number)[]): GraphQLInputType | null {
  if (isNonNullType(type)) return typeAt(type.ofType, path);
  const [first, ...rest] = path;
  if (first === undefined) return type;
  if (isListType(type)) return typeof first === 'number' ? typeAt(type.ofType, rest) : typeAt(type.ofType, path);
  const field = isInputObjectType(type) ? type.getFields()[first] : undefined;
  return field ? typeAt(field.type, rest) : null;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
