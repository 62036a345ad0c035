import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { mapYielding } from '../../base/map-yielding.ts';
import { withoutStackTraces } from '../../base/stack-traces.ts';
import { Yielding } from '../../base/yielding.ts';
import { CompiledQueries, type Compiler, type KnownQuery } from './compiled-queries.ts';
import { withPartialErrors } from './partial-errors.ts';

/** The signature of `execute` of graphql-js. */
export type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>;

/**
 * Creates an execute function for valid documents of one schema. Queries that are executed again are compiled by
 * graphql-jit. Everything else, and whatever a compiled query rejects, is executed by graphql-js, so that error messages
 * are always those of graphql-js.
 */
export function createExecutor(schema: GraphQLSchema, loadCompiler?: () => Promise<Compiler>): Execute {
  const queries = new CompiledQueries(schema, loadCompiler);
  // Many operations can arrive at once, and the largest take about 30 ms.
  const yielding = new Yielding();
  return (args) => yielding.run(async () => withPartialErrors(await executeNow(queries, args), args.contextValue));
}

async function executeNow(queries: CompiledQueries, args: ExecutionArgs): Promise<ExecutionResult> {
  const { document, operationName, variableValues, rootValue, contextValue } = args;
  // To graphql-js an empty name differs from no name: it is a name that no operation has.
  const known = operationName === '' ? null : queries.find(document, operationName ?? '');
  if (!known?.query || hasNullForDefault(known.defaults, variableValues)) return execute(args);
  // graphql-jit 0.8 treats an omitted variable as missing even if it has a default.
  const result = await known.query(rootValue, contextValue, { ...known.defaults, ...variableValues });
  // Without data nothing was executed, because a variable is invalid.
  if (result.data === undefined) return execute(args);
  if (!result.errors) return result;
  return { errors: await withPositions(result.errors, document), data: result.data };
}

/** graphql-jit 0.8 replaces null with the default; graphql-js keeps null. */
function hasNullForDefault(defaults: KnownQuery['defaults'], values: ExecutionArgs['variableValues']): boolean {
  return values != null && Object.keys(defaults).some((name) => values[name] === null);
}

/** Adds source positions to errors. Those of graphql-jit have only lines and columns. */
async function withPositions(errors: readonly GraphQLError[], { loc }: DocumentNode): Promise<readonly GraphQLError[]> {
  if (!loc) return errors;
  const breaks = loc.source.body.matchAll(/\r\n|[\n\r]/g);
  const starts = [0, ...[...breaks].map(({ index, 0: text }) => index + text.length)];
  return mapYielding(errors, ({ message, locations = [], path, originalError }) => {
    const positions = locations.map(({ line, column }) => (starts[line - 1] ?? 0) + column - 1);
    return withoutStackTraces(() => new GraphQLError(message, { source: loc.source, positions, path, originalError }));
  });
}
