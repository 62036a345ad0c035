import { type DocumentNode, type ExecutionArgs, type GraphQLSchema, getOperationAST } from 'graphql';
import { type CostPlan, countRows, planCost, type Rows } from './cost-plan.ts';
import { tooComplex } from './query-limits.ts';

/**
 * What an operation of a valid document costs: 1 for each field of each row, at most, that it asks for, and more for
 * what may take calls to an exchange. 0 where the document has no such operation. Throws QUERY_TOO_COMPLEX.
 */
export type MeasureCost = (
  operation: Pick<ExecutionArgs, 'document'> & Partial<Pick<ExecutionArgs, 'operationName' | 'variableValues'>>,
) => number;

/**
 * Measures operations of one schema, and refuses those that cost more than `maxCost`. What is skipped counts, since
 * conditions are variables. What does not depend on variables is added up once for each document.
 */
export function createCostMeter(schema: GraphQLSchema, maxCost: number): MeasureCost {
  const plans = new WeakMap<DocumentNode, Map<string | null, CostPlan>>();

  function find(document: DocumentNode, operationName: string | null): CostPlan | null {
    const byName = plans.get(document) ?? new Map<string | null, CostPlan>();
    const known = byName.get(operationName);
    if (known) return known;
    const operation = getOperationAST(document, operationName);
    // A name that the document does not have is the client's, and there is no end of those.
    if (!operation) return null;
    const plan = planCost(schema, document, operation);
    plans.set(document, byName.set(operationName, plan));
    return plan;
  }

  return ({ document, operationName, variableValues }) => {
    const plan = find(document, operationName ?? null);
    const cost = plan ? addUp(plan, 1, variableValues ?? {}) : 0;
    if (cost > maxCost) {
      throw tooComplex(`The operation costs ${cost}; it may cost at most ${maxCost}. Ask for fewer rows or fields.`);
    }
    return cost;
  };
}

type Variables = Readonly<Record<string, unknown>>;

function addUp({ fixed, perRow, open }: CostPlan, parentRows: number, variables: Variables): number {
  let cost = fixed + parentRows * perRow;
  for (const { own, times, within, selected, isPerRow } of open) {
    const each =
      resolve(own, variables) + resolve(times, variables) * addUp(selected, resolve(within, variables), variables);
    cost += isPerRow ? parentRows * each : each;
  }
  return cost;
}

function resolve(rows: Rows, variables: Variables): number {
  if (typeof rows === 'number') return rows;
  const value = Object.hasOwn(variables, rows.variable) ? variables[rows.variable] : undefined;
  return value === undefined ? rows.unset : countRows(value, rows.rows);
}
