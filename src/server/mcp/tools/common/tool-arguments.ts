import {
  astFromValue,
  type GraphQLArgument,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLString,
  getNullableType,
  isListType,
  isRequiredArgument,
  valueFromASTUntyped,
} from 'graphql';
import { FieldArguments } from '../../../../graphql/fields/field-arguments.ts';
import type { FieldQuery } from '../../../../graphql/fields/field-query.ts';
import { bounded, boundsOf } from '../../../../graphql/types/argument-bounds.ts';
import { describeValue } from '../../../../graphql/types/describe-value.ts';
import { MarketDataError } from '../../../../market/errors.ts';
import { maxRows } from '../../../../market/row-limits.ts';
import { toSymbol } from '../../../fields/symbols.ts';
import type { JsonObject } from '../../presenting/values.ts';

/** No symbol, id or cursor is longer. Answers repeat them, so that longer ones would not fit. */
const maxTextLength = 200;

const shared: Readonly<Record<string, string>> = {
  exchange: "The exchange's id, such as kraken.",
  symbol: 'The symbol, such as BTC/USDT.',
  since: 'Where to begin, inclusive: ISO-8601 with a time zone, a date, or epoch milliseconds.',
  until: 'Where to end, exclusive; written like since.',
};

/** What a tool changes about the arguments of its field. */
export interface ArgumentChanges {
  /** Defaults that differ from those of the schema, by name. */
  readonly defaults?: Readonly<Record<string, number>>;
  /** Descriptions that stand for those of the schema, and for those of types, by name. */
  readonly descriptions?: Readonly<Record<string, string>>;
  /** Arguments of the tool that the field does not have. */
  readonly own?: readonly GraphQLArgument[];
}

/** The arguments of a tool: those of its field, and its own. Checks and completes what agents send. */
export class ToolArguments {
  readonly fields: FieldArguments;
  /** Descriptions that stand for those of arguments and of their types, by name. */
  readonly descriptions: Readonly<Record<string, string>>;
  readonly #defaults: JsonObject;
  readonly #own: ReadonlySet<string>;
  readonly #lists: ReadonlySet<string>;

  constructor(query: FieldQuery, { defaults = {}, descriptions = {}, own = [] }: ArgumentChanges = {}) {
    this.descriptions = { ...shared, ...descriptions };
    const all = [...query.arguments.all, ...own].map((arg) => ({
      ...arg,
      defaultValue: defaults[arg.name] ?? arg.defaultValue,
      description: this.descriptions[arg.name] ?? arg.description,
    }));
    this.fields = new FieldArguments(all);
    this.#own = new Set(own.map(({ name }) => name));
    this.#lists = new Set(all.filter(({ type }) => isListType(getNullableType(type))).map(({ name }) => name));
    this.#defaults = Object.fromEntries(all.flatMap(toDefault));
  }

  /** Returns the values with defaults and plain symbols. Throws BAD_USER_INPUT with a sentence for each wrong value. */
  read(values: JsonObject): JsonObject {
    const lists = Object.entries(values).map(([name, value]) => [name, this.#toList(name, value)]);
    const read = this.fields.toVariables(withSymbols(Object.fromEntries(lists)));
    const faults = this.fields.all.flatMap((arg) => findTextFaults(arg, read[arg.name]));
    if (faults.length > 0) throw new MarketDataError('BAD_USER_INPUT', faults.join(' '));
    return { ...this.#defaults, ...read };
  }

  /** As in GraphQL, a value stands for a list that contains only this value. */
  #toList(name: string, value: unknown): unknown {
    const isAlone = this.#lists.has(name) && value !== undefined && value !== null && !Array.isArray(value);
    if (isAlone && typeof value === 'string' && /^\s*\[|,/.test(value)) throw listAsText(name, value);
    return isAlone ? [value] : value;
  }

  /** Of values that were read, those that the field takes. */
  toFieldValues(values: JsonObject): JsonObject {
    return Object.fromEntries(Object.entries(values).filter(([name]) => !this.#own.has(name)));
  }
}

/** An argument of a tool that its field does not have. */
export function ownText(name: string, description: string): GraphQLArgument {
  return own(name, GraphQLString, description, undefined);
}

export function ownCount(name: string, description: string, defaultValue: number): GraphQLArgument {
  return { ...own(name, GraphQLInt, description, defaultValue), extensions: bounded({ minimum: 1, maximum: maxRows }) };
}

function own(name: string, type: GraphQLInputType, description: string, defaultValue: unknown): GraphQLArgument {
  return { name, type, description, defaultValue, deprecationReason: null, extensions: {}, astNode: null };
}

/** The name and the default of an argument as a client would send it; nothing if it has none. */
function toDefault({ name, type, defaultValue }: GraphQLArgument): readonly (readonly [string, unknown])[] {
  const node = defaultValue === undefined ? null : astFromValue(defaultValue, type);
  return node ? [[name, valueFromASTUntyped(node)]] : [];
}

/** What is wrong with the texts of a value, and with an empty list: the field would search for a market without a name. */
function findTextFaults(arg: GraphQLArgument, value: unknown): readonly string[] {
  if (!Array.isArray(value)) return toTextFaults(arg.name, value, arg);
  // A field that needs entries says so itself, with an example.
  if (value.length === 0) return boundsOf(arg.extensions).minItems ? [] : [describeEmpty(arg.name, arg)];
  return value.flatMap((entry, index) => toTextFaults(`${arg.name}[${index}]`, entry, null));
}

function toTextFaults(place: string, value: unknown, arg: GraphQLArgument | null): readonly string[] {
  if (typeof value !== 'string') return [];
  if (value.trim() === '') return [describeEmpty(place, arg)];
  return value.length > maxTextLength ? [`${place} is longer than ${maxTextLength} characters.`] : [];
}

/** Entries of lists have no description of their own. */
function describeEmpty(place: string, arg: GraphQLArgument | null): string {
  if (!arg) return `${place} is empty.`;
  const way = isRequiredArgument(arg) ? '' : ': leave it out, or give it a value';
  return `${place} is empty${way}. ${arg.description ?? ''}`.trimEnd();
}

/** Models write lists as text. No id, symbol or name of an enum has a comma. */
function listAsText(name: string, value: string): MarketDataError {
  const message = `${name} must be a list with an entry for each value, but it is the text ${describeValue(value)}.`;
  return new MarketDataError('BAD_USER_INPUT', message);
}

function withSymbols(values: JsonObject): JsonObject {
  const { symbol, symbols } = values;
  return {
    ...values,
    ...(typeof symbol === 'string' ? { symbol: toSymbol(symbol) } : {}),
    ...(Array.isArray(symbols) ? { symbols: symbols.map(toPlainSymbol) } : {}),
  };
}

function toPlainSymbol(value: unknown): unknown {
  return typeof value === 'string' ? toSymbol(value) : value;
}
