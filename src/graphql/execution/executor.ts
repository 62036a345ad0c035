import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import type { CompiledQuery } from 'graphql-jit';
import { requireDescriptors } from '../../base/file-descriptors.ts';
import { mapYielding } from '../../base/map-yielding.ts';
import { withoutStackTraces } from '../../base/stack-traces.ts';
import { Yielding } from '../../base/yielding.ts';
import { measureDocument } from '../documents/document-size.ts';
import { countInterfaceFields } from '../documents/interface-fields.ts';
import { withPartialErrors } from './partial-errors.ts';

/** As `execute` of graphql-js. */
export type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>;

type Compiler = Pick<typeof import('graphql-jit'), 'compileQuery' | 'isCompiledQuery'>;

/** A query of a document that has come before. */
interface Known {
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Null where it cannot be compiled, undefined where that has not been tried. */
  query: CompiledQuery['query'] | null | undefined;
}

/**
 * The most fields and fragments, each fragment as often as it is spread, of what is compiled: it takes some 0.2 ms for
 * each, in one piece.
 */
const maxCompiled = 150;

/** The most fields of interfaces: each is compiled for every type, and keeps some 10 KB. */
const maxInterfaceFields = 8;

/**
 * An execute function for valid documents of one schema. Queries that come again are compiled by graphql-jit; all else,
 * and what a compiled query refuses, is for graphql-js, so that the words for what is wrong are its own.
 */
export function createExecutor(schema: GraphQLSchema, loadCompiler: () => Promise<Compiler> = loadGraphQLJit): Execute {
  // What is made of a document goes with it: how many there are is for the document store to say.
  const documents = new WeakMap<DocumentNode, Map<string, Known>>();
  let compiler: Compiler | null = null;
  let isLoading = false;

  /** Loads the compiler when it is first wanted, since the start would wait for it. */
  async function load(): Promise<void> {
    isLoading = true;
    compiler = await loadCompiler().catch(() => null);
    isLoading = false;
  }

  function compile(document: DocumentNode, operationName: string): Known['query'] {
    if (!compiler) {
      if (!isLoading) void load();
      return undefined;
    }
    if (measureDocument(document).selections > maxCompiled || !isHarmless(document)) return null;
    if (countInterfaceFields(schema, document) > maxInterfaceFields) return null;
    const compiled = compiler.compileQuery(schema, document, operationName);
    return compiler.isCompiledQuery(compiled) ? compiled.query : null;
  }

  /** The query, if it has come before. */
  function recall(document: DocumentNode, operationName: string): Known | null {
    const byName = documents.get(document) ?? new Map<string, Known>();
    const known = byName.get(operationName);
    if (known) {
      if (known.query === undefined) known.query = compile(document, operationName);
      return known;
    }
    const operation = getOperationAST(document, operationName || null);
    // A name that the document does not have is the client's, and there is no end of those.
    if (operation?.operation !== 'query') return null;
    documents.set(document, byName.set(operationName, { defaults: toDefaults(operation), query: undefined }));
    return null;
  }

  async function executeNow(args: ExecutionArgs): Promise<ExecutionResult> {
    const { document, operationName, variableValues, rootValue, contextValue } = args;
    // An empty name is one that no operation has, other than none.
    const known = operationName === '' ? null : recall(document, operationName ?? '');
    if (!known?.query || hasNullForDefault(known.defaults, variableValues)) return execute(args);
    // graphql-jit 0.8 takes a variable with a default for missing where it is left out.
    const result = await known.query(rootValue, contextValue, { ...known.defaults, ...variableValues });
    // Without data nothing was executed: a variable is wrong.
    if (result.data === undefined) return execute(args);
    if (!result.errors) return result;
    return { errors: await toPlaced(result.errors, document), data: result.data };
  }

  // Many may come at once, and the largest take some 30 ms.
  const turns = new Yielding();
  return (args) => turns.run(async () => withPartialErrors(await executeNow(args), args.contextValue));
}

async function loadGraphQLJit(): Promise<Compiler> {
  requireDescriptors();
  return import('graphql-jit');
}

/** graphql-jit 0.8 takes null for the default where graphql-js takes it for null. */
function hasNullForDefault(defaults: Known['defaults'], given: ExecutionArgs['variableValues']): boolean {
  return given != null && Object.keys(defaults).some((name) => given[name] === null);
}

/** Errors that know their place in the document; those of graphql-jit know lines and columns only. */
async function toPlaced(errors: readonly GraphQLError[], { loc }: DocumentNode): Promise<readonly GraphQLError[]> {
  if (!loc) return errors;
  const breaks = loc.source.body.matchAll(/\r\n|[\n\r]/g);
  const starts = [0, ...[...breaks].map(({ index, 0: text }) => index + text.length)];
  return mapYielding(errors, ({ message, locations = [], path, originalError }) => {
    const positions = locations.map(({ line, column }) => (starts[line - 1] ?? 0) + column - 1);
    return withoutStackTraces(() => new GraphQLError(message, { source: loc.source, positions, path, originalError }));
  });
}

/**
 * True where graphql-jit 0.8 does as graphql-js does. It writes the strings of a document into the source of a function,
 * and one that begins with its mark for dates goes on as code there: only strings of which no code can be made may come
 * so far, and those of this schema are symbols, ids, timeframes and instants. It writes conditions onto the nodes that
 * all spreads of a fragment share, lets null pass in a list where it may not be, and loses a field called __proto__.
 */
function isHarmless(document: DocumentNode): boolean {
  let harmless = true;
  visit(document, {
    StringValue: ({ value }) => {
      if (value.includes('__') || !/^[\w ./:+-]*$/.test(value)) harmless = false;
    },
    Directive: () => {
      harmless = false;
    },
    ListValue: ({ values }) => {
      if (values.some(({ kind }) => kind === Kind.VARIABLE)) harmless = false;
    },
    ObjectValue: () => {
      harmless = false;
    },
    Name: ({ value }) => {
      if (value === '__proto__') harmless = false;
    },
  });
  return harmless;
}

function toDefaults({ variableDefinitions = [] }: OperationDefinitionNode): Known['defaults'] {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
}
