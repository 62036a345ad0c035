import { type GraphQLArgument, type GraphQLInputType, getNullableType, isEnumType, isListType } from 'graphql';
import { normalizeName } from '../../../base/suggest.ts';
import { explainUnknown, type FieldArguments } from '../../../graphql/fields/field-arguments.ts';
import { MarketDataError } from '../../../market/errors.ts';
import { toSymbol } from '../../fields/symbols.ts';
import type { RouteParams } from '../../routing/route.ts';

/** The values of a field's arguments, ready for `FieldArguments.toVariables`, which says which of them are not valid. */
export type Values = Readonly<Record<string, unknown>>;

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Parses a query string. Throws BAD_USER_INPUT if its percent-encoding is invalid. */
export function readQueryString(search: string): URLSearchParams {
  try {
    decodeURIComponent(search);
  } catch {
    throw badInput('The percent-encoding of the query string is invalid: write a percent sign as %25.');
  }
  return new URLSearchParams(search);
}

/**
 * Reads the arguments of a field from the parameters of a path and of a query string. A list is written with commas, or
 * its parameter is repeated; every other parameter can come only once. An empty value, or a list of them, counts as left
 * out. Throws BAD_USER_INPUT for a parameter that is neither an argument nor among `others`, which the caller reads itself.
 */
export function readValues(
  args: FieldArguments,
  params: RouteParams,
  query: URLSearchParams,
  others: readonly string[] = [],
): Values {
  const byName = new Map(args.all.map((arg) => [arg.name, arg]));
  const names = [...new Set(query.keys())].filter((name) => !others.includes(name));
  const inPath = names.find((name) => Object.hasOwn(params, name));
  if (inPath !== undefined) throw badInput(`${inPath} is part of the path, and cannot be a parameter as well.`);
  const unknown = names.find((name) => !byName.has(name));
  if (unknown !== undefined) {
    const inQuery = [...byName.keys()].filter((name) => !Object.hasOwn(params, name));
    throw badInput(explainUnknown(unknown, [...inQuery, ...others]));
  }
  const given = [
    ...names.map((name) => [name, query.getAll(name).filter((text) => text !== '')] as const),
    ...Object.entries(params).map(([name, text]) => [name, [text]] as const),
  ];
  return Object.fromEntries(given.map(([name, texts]) => [name, toValue(name, byName.get(name), texts)]));
}

/** The only value of a parameter; null if there is none, or an empty one. Throws BAD_USER_INPUT if there are several. */
export function readSingle(name: string, texts: readonly string[]): string | null {
  const [text = null, ...others] = texts.filter((given) => given !== '');
  if (others.length > 0) throw badInput(`${name} is given ${others.length + 1} times; give it once.`);
  return text;
}

function toValue(name: string, arg: GraphQLArgument | undefined, texts: readonly string[]): unknown {
  if (texts.length === 0) return null;
  const type = arg ? getNullableType(arg.type) : null;
  if (isListType(type)) {
    const items = texts.flatMap((text) => text.split(',')).map((text) => text.trim());
    const given = items.filter((text) => text !== '');
    return given.length > 0 ? given.map((text) => toItem(name, getNullableType(type.ofType), text)) : null;
  }
  const text = readSingle(name, texts);
  return type && text !== null ? toItem(name, type, text) : text;
}

/** A text that is no value of the type stays as it is: it is refused later, with the values that are valid. */
function toItem(name: string, type: GraphQLInputType, text: string): unknown {
  if (name === 'symbol' || name === 'symbols') return toSymbol(text);
  if (isEnumType(type)) {
    const wanted = normalizeName(text);
    return type.getValues().find((value) => normalizeName(value.name) === wanted)?.name ?? text;
  }
  switch (String(type)) {
    case 'Int':
    case 'Float':
      return decimal.test(text) ? Number(text) : text;
    case 'Boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'DateTime':
      // An unencoded plus sign in a query string means a space.
      return /^\d+$/.test(text) ? Number(text) : text.replace(/ (?=\d\d:\d\d$)/, '+');
    default:
      return text;
  }
}

function badInput(message: string): MarketDataError {
  return new MarketDataError('BAD_USER_INPUT', message);
}
