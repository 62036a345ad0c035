import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import type { Dice } from '../dice.ts';
import { hostileValue, toLiteral, valueFor } from '../values.ts';

/** An operation in the right shape for a request; its content may be invalid. */
export interface Operation {
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Used instead of `variables` for JSON that is nested too deeply for JSON.stringify. */
  readonly variablesText?: string;
}

/** The operation as JSON. */
export function toJson({ variablesText, ...operation }: Operation): string {
  const text = JSON.stringify(operation);
  return variablesText === undefined ? text : `${text.slice(0, -1)},"variables":${variablesText}}`;
}

const schema = buildSchema(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'));

const maxDepth = 5;

/** Writes the selections of a document and collects its variables and fragments. */
class Writer {
  readonly #dice: Dice;
  readonly variables: Record<string, unknown> = {};
  readonly definitions: string[] = [];
  readonly fragments: string[] = [];
  #names = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  selection(type: GraphQLObjectType, depth: number): string {
    const dice = this.#dice;
    const all = Object.values(type.getFields());
    const leaves = all.filter((field) => !isComposite(field));
    const fields = depth < maxDepth || leaves.length === 0 ? all : leaves;
    const parts = dice.many(1, depth === 0 ? 3 : 6, () => {
      const field = this.#field(dice.pick(fields), depth);
      if (dice.chance(92)) return field;
      if (dice.chance(50)) return `...${dice.pick([` on ${type.name}`, ''])}${this.#directive()} { ${field} }`;
      const fragment = this.name('Part');
      this.fragments.push(`fragment ${fragment} on ${type.name} { ${field} }`);
      return `...${fragment}${this.#directive()}`;
    });
    return `{ ${[...parts, ...(dice.chance(5) ? ['__typename'] : [])].join(dice.pick([' ', '\n', ', ']))} }`;
  }

  subscription(type: GraphQLObjectType): string {
    return `{ ${this.#field(this.#dice.pick(Object.values(type.getFields())), 0)} }`;
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const type = getNamedType(field.type);
    const chosen = field.args.filter((arg) => isRequiredArgument(arg) || this.#dice.chance(60));
    const args = chosen.length > 0 ? `(${chosen.map((arg) => `${arg.name}: ${this.#argument(arg)}`).join(', ')})` : '';
    // Fields with the same response name must have the same arguments.
    const alias = args || this.#dice.chance(3) ? `${this.name('as')}: ` : '';
    const inner = isObjectType(type) ? ` ${this.selection(type, depth + 1)}` : '';
    return `${alias}${field.name}${args}${depth > 0 && this.#dice.chance(5) ? this.#directive() : ''}${inner}`;
  }

  #argument({ name, type, defaultValue }: GraphQLArgument): string {
    const dice = this.#dice;
    const value = valueFor(dice, name, type);
    if (dice.chance(75)) return toLiteral(value, isEnumType(getNamedType(type)));
    const variable = this.name('var');
    const fallback = defaultValue !== undefined && dice.chance(30) ? ` = ${JSON.stringify(defaultValue)}` : '';
    this.definitions.push(`$${variable}: ${type}${fallback}`);
    if (dice.chance(95)) this.variables[variable] = dice.chance(95) ? value : hostileValue(dice);
    return `$${variable}`;
  }

  #directive(): string {
    if (this.#dice.chance(60)) return '';
    const name = this.#dice.pick(['skip', 'include']);
    if (this.#dice.chance(60)) return ` @${name}(if: ${this.#dice.pick([true, false])})`;
    const variable = this.name('if');
    this.definitions.push(`$${variable}: Boolean!`);
    this.variables[variable] = this.#dice.chance(95) ? this.#dice.pick([true, false]) : hostileValue(this.#dice);
    return ` @${name}(if: $${variable})`;
  }
}

function isComposite({ type }: GraphQLField<unknown, unknown>): boolean {
  return isObjectType(getNamedType(type));
}

/** An operation that is nearly always valid for the schema. */
export function plausibleOperation(dice: Dice, kind = dice.chance(85) ? 'query' : 'subscription'): Operation {
  const writer = new Writer(dice);
  const root = kind === 'query' ? schema.getQueryType() : schema.getSubscriptionType();
  if (!root) throw new TypeError(`the schema has no ${kind}`);
  const selection = kind === 'query' ? writer.selection(root, 0) : writer.subscription(root);
  const { definitions, variables, fragments } = writer;
  const name = dice.chance(40) ? writer.name('Named') : '';
  const head = definitions.length > 0 ? `${kind} ${name}(${definitions.join(', ')})` : `${kind} ${name}`;
  const isShort = kind === 'query' && name === '' && definitions.length === 0 && dice.chance(50);
  const other = name !== '' && dice.chance(20) ? ['query Other { exchange(id: "sim") { id } }'] : [];
  const query = [`${isShort ? '' : head} ${selection}`, ...fragments, ...other].join('\n');
  const isNamed = name === '' ? dice.chance(3) : dice.chance(70);
  return {
    query,
    ...(isNamed ? { operationName: dice.chance(95) ? name : dice.pick(['Nobody', '__proto__', 'Other']) } : {}),
    ...(definitions.length > 0 || dice.chance(5) ? { variables } : {}),
  };
}
