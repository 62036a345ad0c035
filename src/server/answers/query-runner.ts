import { setImmediate as nextTurn } from 'node:timers/promises';
import { type DocumentNode, GraphQLError, getOperationAST } from 'graphql';
import { mapYielding } from '../../base/map-yielding.ts';
import type { GraphQLEngine } from '../../graphql/engine.ts';
import type { Charge } from '../../graphql/execution/context.ts';
import { toClientError } from '../../graphql/execution/errors.ts';
import { Freshness } from '../../graphql/execution/freshness.ts';
import { MarketDataError } from '../../market/errors.ts';
import { toOperationLabel } from '../observe/operation-label.ts';
import { toCode } from '../observe/request-record.ts';
import { Answer } from './answer.ts';
import type { DeclineReason } from './declined.ts';
import type { OperationRequest } from './operation-request.ts';
import type { PersistedQueries } from './persisted-queries.ts';

export interface QueryRunnerOptions {
  readonly engine: GraphQLEngine;
  readonly persisted: PersistedQueries;
  /** Called once for each requested document, with true if it is known already. */
  readonly onDocument?: (isHit: boolean) => void;
}

/**
 * Answers a query, or resolves with the reason why it does not. Calls `charge` with the cost before it executes
 * anything.
 */
export type RunQuery = (request: OperationRequest, charge: Charge) => Promise<Answer | DeclineReason>;

/**
 * An answer with a higher cost is written in a later turn. Small results are written at once, which is cheaper than
 * keeping them.
 */
const largeCost = 10_000;

/** Runs queries on the shortest path: a document that is known already is executed at once. */
export function createQueryRunner({ engine, persisted, onDocument = () => {} }: QueryRunnerOptions): RunQuery {
  const { schema, documents, measure, execute, report } = engine;

  function findDocument(text: string): DocumentNode | DeclineReason {
    onDocument(documents.has(text));
    try {
      const { document, errors } = documents.get(text);
      return errors.length === 0 ? document : 'invalid-document';
    } catch (error) {
      return error instanceof MarketDataError ? 'too-complex' : 'invalid-document';
    }
  }

  /** Returns the document of the request if its operation is a query, otherwise the reason to decline. */
  function findQuery(request: OperationRequest): DocumentNode | DeclineReason {
    let text: string | null;
    try {
      text = persisted.find(request);
    } catch (error) {
      return isUnknownHash(error) ? 'unknown-persisted-query' : 'invalid-persisted-query';
    }
    if (text === null) return 'no-query';
    const document = findDocument(text);
    if (typeof document === 'string') return document;
    const operation = getOperationAST(document, request.operationName);
    if (!operation) return 'unknown-operation';
    return operation.operation === 'query' ? document : 'not-a-query';
  }

  function measureCost(document: DocumentNode, { operationName, variables }: OperationRequest): number | null {
    try {
      return measure({ document, operationName, variableValues: variables });
    } catch {
      return null;
    }
  }

  return async (request, charge) => {
    const document = findQuery(request);
    if (typeof document === 'string') return document;
    persisted.remember(request);
    const { operationName, variables } = request;
    const cost = measureCost(document, request);
    if (cost === null) return 'too-complex';
    await charge(cost);
    const freshness = new Freshness();
    const texts = engine.createTexts();
    const contextValue = engine.createContext(charge, freshness, texts);
    const result = await execute({ schema, document, operationName, variableValues: variables, contextValue });
    // Other requests are handled before thousands of rows are written.
    if (cost > largeCost) await nextTurn();
    if (result.data === undefined) return 'invalid-variables';
    const label = toOperationLabel(schema, document, operationName);
    if (!result.errors) {
      return new Answer(texts.write(result), freshness.expiry, cost, { operation: label, code: 'ok' });
    }
    const errors = await mapYielding(result.errors, (error) => toClientError(error, report));
    return new Answer(texts.write({ ...result, errors }), null, cost, { operation: label, code: toCode(errors) });
  };
}

function isUnknownHash(error: unknown): boolean {
  return error instanceof GraphQLError && error.extensions.code === 'PERSISTED_QUERY_NOT_FOUND';
}
