import { type DocumentNode, type ExecutionArgs, type GraphQLSchema, getOperationAST } from 'graphql';
import { type CostPlan, planCost, type Size, toSize } from './cost-plan.ts';
import { tooComplex } from './query-limits.ts';

/**
 * The cost of an operation of a valid document: at most 1 for each field of each object that it selects, and more for
 * fields that may need calls to an exchange. 0 if the document has no such operation. Throws QUERY_TOO_COMPLEX.
 */
export type MeasureCost = (
  operation: Pick<ExecutionArgs, 'document'> & Partial<Pick<ExecutionArgs, 'operationName' | 'variableValues'>>,
) => number;

/**
 * Measures operations of one schema and rejects those that cost more than `maxCost`. Skipped fields count, because the
 * conditions of @skip and @include are variables. The part that does not depend on variables is computed once per document.
 */
export class CostMeter {
  readonly #schema: GraphQLSchema;
  readonly #maxCost: number;
  readonly #plans = new WeakMap<DocumentNode, Map<string | null, CostPlan>>();

  constructor(schema: GraphQLSchema, maxCost: number) {
    this.#schema = schema;
    this.#maxCost = maxCost;
  }

  readonly measure: MeasureCost = ({ document, operationName, variableValues }) => {
    const plan = this.#planOf(document, operationName ?? null);
    const cost = plan ? addUp(plan, 1, variableValues ?? {}) : 0;
    if (cost > this.#maxCost) {
      const limit = `it may cost at most ${this.#maxCost}`;
      throw tooComplex(`The operation costs ${cost}; ${limit}. Ask for fewer items or fields.`);
    }
    return cost;
  };

  #planOf(document: DocumentNode, operationName: string | null): CostPlan | null {
    const byName = this.#plans.get(document) ?? new Map<string | null, CostPlan>();
    const known = byName.get(operationName);
    if (known) return known;
    const operation = getOperationAST(document, operationName);
    // A client can invent any number of names that are not in the document, so nothing is stored for them.
    if (!operation) return null;
    const plan = planCost(this.#schema, document, operation);
    this.#plans.set(document, byName.set(operationName, plan));
    return plan;
  }
}

type Variables = Readonly<Record<string, unknown>>;

function addUp({ fixed, perItem, variableFields }: CostPlan, parentSize: number, variables: Variables): number {
  let cost = fixed + parentSize * perItem;
  for (const { weight, listSize, childListSize, cells, selectionSet, isPerItem } of variableFields) {
    const each =
      resolve(weight, variables) +
      resolve(listSize, variables) * addUp(selectionSet, resolve(childListSize, variables), variables) +
      countCells(cells, variables) * Math.max(1, selectionSet.perCell);
    cost += isPerItem ? parentSize * each : each;
  }
  return cost;
}

function countCells(sizes: readonly Size[] | null, variables: Variables): number {
  return sizes?.reduce<number>((product, size) => product * resolve(size, variables), 1) ?? 0;
}

function resolve(size: Size, variables: Variables): number {
  if (typeof size === 'number') return size;
  const value = Object.hasOwn(variables, size.variable) ? variables[size.variable] : undefined;
  return value === undefined ? size.defaultSize : toSize(value, size.source);
}
