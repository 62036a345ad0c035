import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  valueFromASTUntyped,
} from 'graphql';
import { FieldCost, type RowsArgument } from './field-cost.ts';

/** A number of rows that a variable gives. */
export interface VariableRows {
  readonly variable: string;
  /** How many there are where it is left out. */
  readonly unset: number;
  readonly rows: RowsArgument;
}

export type Rows = number | VariableRows;

/** A field whose cost depends on variables. */
export interface OpenField {
  readonly own: Rows;
  /** How often what is selected in it counts. */
  readonly times: Rows;
  /** How many rows the lists in it have. */
  readonly within: Rows;
  readonly selected: CostPlan;
  /** True where it counts once for each row of the field around it. */
  readonly isPerRow: boolean;
}

/** What is known of the cost of a selection set without variables. */
export interface CostPlan {
  readonly fixed: number;
  /** What comes on top for each row that the field around it speaks of. */
  readonly perRow: number;
  readonly open: readonly OpenField[];
}

const none: CostPlan = { fixed: 0, perRow: 0, open: [] };
const one: CostPlan = { fixed: 1, perRow: 0, open: [] };

const plain = new FieldCost({});

/** About how many there are of each in this schema; introspection has no arguments that say so. */
const introspectionRows: Readonly<Record<string, number>> = { types: 30, fields: 10 };

/** Plans the cost of an operation of a valid document. Each fragment is looked at once. */
export function planCost(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): CostPlan {
  const plans = new Map<string, CostPlan>();
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }

  function planSet({ selections }: SelectionSetNode, type: GraphQLNamedType): CostPlan {
    const parts = selections.map((selection) => {
      if (selection.kind === Kind.FIELD) return planField(selection, type);
      if (selection.kind === Kind.FRAGMENT_SPREAD) return planFragment(selection.name.value);
      const { typeCondition, selectionSet } = selection;
      return planSet(selectionSet, (typeCondition && schema.getType(typeCondition.name.value)) ?? type);
    });
    return {
      fixed: parts.reduce((sum, { fixed }) => sum + fixed, 0),
      perRow: parts.reduce((sum, { perRow }) => sum + perRow, 0),
      open: parts.flatMap(({ open }) => open),
    };
  }

  function planFragment(name: string): CostPlan {
    const known = plans.get(name);
    const fragment = fragments.get(name);
    const type = fragment && schema.getType(fragment.typeCondition.name.value);
    if (known || !type) return known ?? none;
    const plan = planSet(fragment.selectionSet, type);
    plans.set(name, plan);
    return plan;
  }

  function planField(node: FieldNode, type: GraphQLNamedType): CostPlan {
    const field = findField(type, node.name.value);
    if (!field) return one;
    const { own: price, rows, isAround } = toCost(field);
    const own = typeof price === 'number' ? price : toRows(price, node, field, operation);
    const count = rows === null || rows === 'of-parent' ? 1 : toRows(rows, node, field, operation);
    const [times, within] = isAround ? [1, count] : [count, 1];
    // A list of scalars counts its rows, too.
    const inList = rows === null ? none : one;
    const selected = node.selectionSet ? planSet(node.selectionSet, getNamedType(field.type)) : inList;
    const isPerRow = rows === 'of-parent';
    if (
      typeof own !== 'number' ||
      typeof times !== 'number' ||
      typeof within !== 'number' ||
      selected.open.length > 0
    ) {
      return { ...none, open: [{ own, times, within, selected, isPerRow }] };
    }
    const cost = own + times * (selected.fixed + within * selected.perRow);
    return isPerRow ? { ...none, perRow: cost } : { ...none, fixed: cost };
  }

  const root = schema.getRootType(operation.operation);
  return root ? planSet(operation.selectionSet, root) : none;
}

function findField(type: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined {
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return isObjectType(type) ? type.getFields()[name] : undefined;
}

function toCost({ name, type, extensions }: GraphQLField<unknown, unknown>): FieldCost {
  if (extensions.cost instanceof FieldCost) return extensions.cost;
  const isIntrospective = getNamedType(type).name.startsWith('__') && isListType(getNullableType(type));
  return isIntrospective ? new FieldCost({ rows: { argument: '', otherwise: introspectionRows[name] ?? 2 } }) : plain;
}

function toRows(
  rows: RowsArgument,
  node: FieldNode,
  { args }: GraphQLField<unknown, unknown>,
  operation: OperationDefinitionNode,
): Rows {
  const given = node.arguments?.find(({ name }) => name.value === rows.argument);
  const fallback = countRows(args.find(({ name }) => name === rows.argument)?.defaultValue, rows);
  if (!given) return fallback;
  if (given.value.kind === Kind.LIST) return countRows(given.value.values, rows);
  if (given.value.kind !== Kind.VARIABLE) return countRows(valueFromASTUntyped(given.value), rows);
  const variable = given.value.name.value;
  const definition = operation.variableDefinitions?.find((defined) => defined.variable.name.value === variable);
  const preset = definition?.defaultValue;
  return { variable, unset: preset ? countRows(valueFromASTUntyped(preset), rows) : fallback, rows };
}

/**
 * How many rows a value stands for, from 0 to `most`: its number, or how many entries it has; `given` where that is set.
 * What is neither, which the executor refuses, stands for one, as one value does for a list of it.
 */
export function countRows(
  value: unknown,
  { isList = false, most = Number.POSITIVE_INFINITY, otherwise = 1, count }: RowsArgument,
): number {
  if (value === undefined || value === null) return otherwise;
  if (count) return count(value);
  if (Array.isArray(value)) return Math.min(value.length, most);
  return typeof value === 'number' && value >= 0 && !isList ? Math.min(value, most) : 1;
}
