import {
  type DocumentNode,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';
import type { CompiledQuery } from 'graphql-jit';
import { requireDescriptors } from '../../base/file-descriptors.ts';
import { measureDocument } from '../documents/document-size.ts';
import { countInterfaceFields } from '../documents/interface-fields.ts';
import { isSafeToCompile } from './jit-safety.ts';

export type Compiler = Pick<typeof import('graphql-jit'), 'compileQuery' | 'isCompiledQuery'>;

/** A query that was executed before. */
export interface KnownQuery {
  /** The default values of its variables, by name. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** The compiled query; null if it cannot be compiled, undefined if that has not been tried yet. */
  query: CompiledQuery['query'] | null | undefined;
}

/**
 * Maximum number of fields and fragment spreads of a compiled document, with each fragment counted as often as it is
 * spread. Compiling takes about 0.2 ms for each, and blocks the event loop.
 */
const maxSelections = 150;

/** Maximum number of fields selected on interfaces. Each is compiled for every type, and uses about 10 KB. */
const maxInterfaceFields = 8;

/** Compiles queries with graphql-jit when they are executed for the second time. */
export class CompiledQueries {
  readonly #schema: GraphQLSchema;
  readonly #loadCompiler: () => Promise<Compiler>;
  // A compiled query is released together with its document; the document store limits how many there are.
  readonly #queries = new WeakMap<DocumentNode, Map<string, KnownQuery>>();
  #compiler: Compiler | null = null;
  #isLoading = false;

  constructor(schema: GraphQLSchema, loadCompiler: () => Promise<Compiler> = loadGraphQLJit) {
    this.#schema = schema;
    this.#loadCompiler = loadCompiler;
  }

  /** The query if it was executed before, compiled if possible; otherwise null. An empty name stands for no name. */
  find(document: DocumentNode, operationName: string): KnownQuery | null {
    const byName = this.#queries.get(document) ?? new Map<string, KnownQuery>();
    const known = byName.get(operationName);
    if (known) {
      if (known.query === undefined) known.query = this.#compile(document, operationName);
      return known;
    }
    const operation = getOperationAST(document, operationName || null);
    // A client can invent any number of names that are not in the document, so nothing is stored for them.
    if (operation?.operation !== 'query') return null;
    this.#queries.set(document, byName.set(operationName, { defaults: toDefaults(operation), query: undefined }));
    return null;
  }

  #compile(document: DocumentNode, operationName: string): KnownQuery['query'] {
    if (!this.#compiler) {
      if (!this.#isLoading) void this.#load();
      return undefined;
    }
    if (measureDocument(document).selections > maxSelections || !isSafeToCompile(document)) return null;
    if (countInterfaceFields(this.#schema, document) > maxInterfaceFields) return null;
    const compiled = this.#compiler.compileQuery(this.#schema, document, operationName);
    return this.#compiler.isCompiledQuery(compiled) ? compiled.query : null;
  }

  /** Loads the compiler when it is first needed, so that it does not delay the start of the server. */
  async #load(): Promise<void> {
    this.#isLoading = true;
    this.#compiler = await this.#loadCompiler().catch(() => null);
    this.#isLoading = false;
  }
}

async function loadGraphQLJit(): Promise<Compiler> {
  requireDescriptors();
  return import('graphql-jit');
}

function toDefaults({ variableDefinitions = [] }: OperationDefinitionNode): KnownQuery['defaults'] {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
}
