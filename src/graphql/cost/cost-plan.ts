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
import { type ArgumentSize, FieldCost } from './field-cost.ts';

/** A size that depends on a variable. */
export interface VariableSize {
  readonly variable: string;
  /** The size if the variable is omitted. */
  readonly defaultSize: number;
  /** The argument for which the variable is used. */
  readonly source: ArgumentSize;
}

export type Size = number | VariableSize;

/** A field whose cost depends on variables. */
export interface VariableField {
  readonly weight: Size;
  /** How often its selection set counts. */
  readonly listSize: Size;
  /** The size of those of its fields that have the size of their parent. */
  readonly childListSize: Size;
  /** The sizes whose product is the number of its cells; null if it has none. */
  readonly cells: readonly Size[] | null;
  readonly selectionSet: CostPlan;
  /** True if the whole field counts once for each item of its parent's list size. */
  readonly isPerItem: boolean;
}

/** The cost of a selection set, as far as it is known without variables. */
export interface CostPlan {
  readonly fixed: number;
  /** Additional cost for each item of the parent's list size. */
  readonly perItem: number;
  /** Additional cost for each cell of the field above that has cells. */
  readonly perCell: number;
  readonly variableFields: readonly VariableField[];
}

const none: CostPlan = { fixed: 0, perItem: 0, perCell: 0, variableFields: [] };
const one: CostPlan = { ...none, fixed: 1 };

const defaultCost = new FieldCost({});

/** Approximate sizes of this schema's introspection lists, which have no argument for their size. */
const introspectionSizes: Readonly<Record<string, number>> = { types: 30, fields: 10 };

/** Plans the cost of an operation of a valid document. Each fragment is visited once. */
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
      perItem: parts.reduce((sum, { perItem }) => sum + perItem, 0),
      perCell: parts.reduce((sum, { perCell }) => sum + perCell, 0),
      variableFields: parts.flatMap(({ variableFields }) => variableFields),
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
    const cost = toCost(field);
    const weight = typeof cost.weight === 'number' ? cost.weight : sizeOf(cost.weight, node, field, operation);
    const isPerItem = cost.listSize === 'of-parent';
    const isPerCell = cost.listSize === 'of-cells';
    const size =
      cost.listSize === null || typeof cost.listSize === 'string' ? 1 : sizeOf(cost.listSize, node, field, operation);
    const cells = cost.cells?.map((source) => sizeOf(source, node, field, operation)) ?? null;
    const [listSize, childListSize] = cost.hasSizedFields ? [1, size] : [size, 1];
    // In a list of scalars each item counts, too.
    const scalars = cost.listSize === null ? none : one;
    const selectionSet = node.selectionSet ? planSet(node.selectionSet, getNamedType(field.type)) : scalars;
    if (
      typeof weight !== 'number' ||
      typeof listSize !== 'number' ||
      typeof childListSize !== 'number' ||
      cells !== null ||
      selectionSet.variableFields.length > 0
    ) {
      return { ...none, variableFields: [{ weight, listSize, childListSize, cells, selectionSet, isPerItem }] };
    }
    const total = weight + listSize * (selectionSet.fixed + childListSize * selectionSet.perItem);
    const { perCell } = selectionSet;
    if (isPerCell) return { ...none, perCell: total };
    return isPerItem ? { ...none, perItem: total, perCell } : { ...none, fixed: total, perCell };
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
  const isIntrospectionList = getNamedType(type).name.startsWith('__') && isListType(getNullableType(type));
  if (!isIntrospectionList) return defaultCost;
  return new FieldCost({ listSize: { argument: '', assumedSize: introspectionSizes[name] ?? 2 } });
}

function sizeOf(
  source: ArgumentSize,
  node: FieldNode,
  { args }: GraphQLField<unknown, unknown>,
  operation: OperationDefinitionNode,
): Size {
  const argument = node.arguments?.find(({ name }) => name.value === source.argument);
  const fallback = toSize(args.find(({ name }) => name === source.argument)?.defaultValue, source);
  if (!argument) return fallback;
  if (argument.value.kind !== Kind.VARIABLE) return toSize(valueFromASTUntyped(argument.value), source);
  const variable = argument.value.name.value;
  const definition = operation.variableDefinitions?.find((defined) => defined.variable.name.value === variable);
  const defaultValue = definition?.defaultValue;
  const defaultSize = defaultValue ? toSize(valueFromASTUntyped(defaultValue), source) : fallback;
  return { variable, defaultSize, source };
}

/**
 * The size that an argument's value stands for, from 0 to `max`: the number, or the number of entries. Any other value
 * counts as 1: the executor rejects it, or coerces a single value to a list.
 */
export function toSize(
  value: unknown,
  { isList = false, max = Number.POSITIVE_INFINITY, assumedSize = 1, toSize: compute }: ArgumentSize,
): number {
  if (value === undefined || value === null) return assumedSize;
  if (compute) return compute(value);
  if (Array.isArray(value)) return Math.min(value.length, max);
  return typeof value === 'number' && value >= 0 && !isList ? Math.min(value, max) : 1;
}
