import { type GraphQLArgument, isRequiredArgument } from 'graphql';
import { suggest } from '../../base/suggest.ts';
import { MarketDataError } from '../../market/errors.ts';
import { describeValue } from '../types/describe-value.ts';
import { findFaults } from './field-faults.ts';

/**
 * The arguments of a field, for clients that send values instead of a document. The schema says which names and values
 * are valid, so every protocol accepts the same.
 */
export class FieldArguments {
  readonly #byName: ReadonlyMap<string, GraphQLArgument>;

  constructor(args: readonly GraphQLArgument[]) {
    this.#byName = new Map(args.map((arg) => [arg.name, arg]));
  }

  get all(): readonly GraphQLArgument[] {
    return [...this.#byName.values()];
  }

  /**
   * Returns the values as variables of a document. A value that is null or undefined counts as left out. Throws
   * BAD_USER_INPUT with a sentence for each name that is unknown or missing, and for each value that is not valid.
   */
  toVariables(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
    const names = new Set(given.map(([name]) => name));
    const faults = [
      ...given.flatMap(([name, value]) => {
        const arg = this.#byName.get(name);
        return arg ? findFaults(name, arg, value) : [explainUnknown(name, [...this.#byName.keys()])];
      }),
      ...this.all
        .filter((arg) => isRequiredArgument(arg) && !names.has(arg.name))
        .map(({ name, description }) => `${name} is missing.${description ? ` ${description}` : ''}`),
    ];
    if (faults.length > 0) throw new MarketDataError('BAD_USER_INPUT', faults.join(' '));
    return Object.fromEntries(given);
  }
}

/** The sentence for a parameter that does not exist, with those that do. */
export function explainUnknown(name: string, names: readonly string[]): string {
  const [nearest] = suggest(name, names);
  const meant = nearest === undefined ? '.' : `; did you mean ${nearest}?`;
  return `There is no parameter ${describeValue(name)}${meant} ${describeNames(names)}`;
}

function describeNames(names: readonly string[]): string {
  if (names.length === 0) return 'There are no parameters.';
  return names.length === 1 ? `The only parameter is ${names.join()}.` : `The parameters are ${names.join(', ')}.`;
}
