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
import { boundsOf } from '../types/argument-bounds.ts';
import { describeValue } from '../types/describe-value.ts';

const scalars: Readonly<Record<string, string>> = {
  Boolean: 'true or false',
  Float: 'a number',
  ID: 'text',
  Int: 'a whole number',
  String: 'text',
};

/** The range of the type Int, which has 32 bits. */
const intRange = { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };

/** Where a value is: an argument, a member of an object, or an entry of a list. */
interface Place {
  readonly type: GraphQLInputType;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** A sentence for each part of a value that is not valid, for clients that do not know the types of the schema. */
export function findFaults(name: string, argument: Place, value: unknown): readonly string[] {
  // An object with several wrong members is reported once for each of them.
  const faults = new Set<string>();
  coerceInputValue(value, argument.type, (path, invalid, error) => {
    const where = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
    for (const fault of describeFaults(placeAt(argument, path), invalid, error.message))
      faults.add(`${name}${where}${fault}`);
  });
  return [...faults];
}

/** What comes after the place of the value in the sentences about it. */
function describeFaults(place: Place | null, value: unknown, message: string): readonly string[] {
  const named = place ? getNamedType(place.type) : null;
  if (place && isScalarType(named) && named.name === 'Int' && Number.isInteger(value)) {
    const { minimum, maximum } = { ...intRange, ...boundsOf(place.extensions) };
    return [toFault(`a whole number from ${minimum} to ${maximum}`, value)];
  }
  if (isInputObjectType(named)) {
    return isPlainObject(value) ? describeMembers(named, value) : [toFault(describeMembersOf(named), value)];
  }
  const expected = isEnumType(named)
    ? describeEnum(named.getValues())
    : isScalarType(named)
      ? scalars[named.name]
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
  const fields = Object.values(type.getFields());
  const required = fields.filter(isRequiredInputField).map(({ name }) => name);
  const optional = fields.filter((field) => !isRequiredInputField(field)).map(({ name }) => name);
  return `an object with ${[required.join(', '), optional.join(', ')].filter((names) => names !== '').join(' and, if needed, ')}`;
}

function describeEnum(values: readonly { readonly name: string }[]): string {
  return `${values.length > 1 ? 'one of ' : ''}${values.map(({ name }) => name).join(', ')}`;
}

function toFault(expected: string, value: unknown): string {
  return ` must be ${expected}, but it is ${describeValue(value)}.`;
}

/** The place at a path within another one; null if there is none. */
function placeAt({ type, extensions }: Place, path: readonly (string | number)[]): Place | null {
  if (isNonNullType(type)) return placeAt({ type: type.ofType, extensions }, path);
  const [first, ...rest] = path;
  if (first === undefined) return { type, extensions };
  if (isListType(type)) return placeAt({ type: type.ofType, extensions: {} }, typeof first === 'number' ? rest : path);
  const field = isInputObjectType(type) ? type.getFields()[first] : undefined;
  return field ? placeAt(field, rest) : null;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
