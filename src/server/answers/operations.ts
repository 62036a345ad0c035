import { setImmediate as nextTurn } from 'node:timers/promises';
import { type DocumentNode, type GraphQLSchema, getOperationAST } from 'graphql';
import { mapYielding } from '../../base/map-yielding.ts';
import type { MeasureCost } from '../../graphql/cost/cost-meter.ts';
import type { DocumentStore } from '../../graphql/documents/document-store.ts';
import type { Charge, Context } from '../../graphql/execution/context.ts';
import { toClientError } from '../../graphql/execution/errors.ts';
import type { Execute } from '../../graphql/execution/executor.ts';
import { Freshness } from '../../graphql/execution/freshness.ts';
import type { MediaType } from '../http/media-type.ts';
import { toOperationLabel } from '../observe/operation-label.ts';
import { toCode } from '../observe/request-record.ts';
import { Answer } from './answer.ts';
import type { OperationRequest } from './operation-request.ts';
import type { PersistedQueries } from './persisted-queries.ts';

export interface OperationsOptions {
  readonly schema: GraphQLSchema;
  readonly documents: DocumentStore;
  /** What an operation costs; throws where that is too much. */
  readonly measure: MeasureCost;
  readonly execute: Execute;
  readonly createContext: (freshness: Freshness, charge: Charge) => Context;
  readonly persisted: PersistedQueries;
  /** Called once for each document that is asked for: true where it is known already. */
  readonly onLookup?: (isHit: boolean) => void;
  /** Called with unexpected errors, which are masked. */
  readonly report: (error: unknown) => void;
}

/** Answers a request, of which `charge` is told the cost; null where it is none for a plain answer. */
export type AnswerOperation = (
  request: OperationRequest,
  mediaType: MediaType,
  charge: Charge,
) => Promise<Answer | null>;

/** What costs more is written in a turn of its own. To keep many small results until then costs more than to write them. */
const largeCost = 10_000;

/**
 * Answers queries with as little as there must be in between: a document that was seen before is executed at once. What
 * is no query, and whatever is wrong with a request, is left to Yoga, which says so.
 */
export function createOperations(options: OperationsOptions): AnswerOperation {
  const { schema, documents, measure, execute, createContext, persisted, onLookup = () => {}, report } = options;

  /** Null where it is not valid: what is wrong with it is for Yoga to say. */
  function find(text: string): DocumentNode | null {
    onLookup(documents.has(text));
    try {
      const { document, errors } = documents.get(text);
      return errors.length === 0 ? document : null;
    } catch {
      return null;
    }
  }

  function textOf(request: OperationRequest): string | null {
    try {
      return persisted.find(request);
    } catch {
      return null;
    }
  }

  function costOf(document: DocumentNode, { operationName, variables }: OperationRequest): number | null {
    try {
      return measure({ document, operationName, variableValues: variables });
    } catch {
      return null;
    }
  }

  return async (request, mediaType, charge) => {
    const { operationName, variables } = request;
    const text = textOf(request);
    const document = text === null ? null : find(text);
    if (!document || getOperationAST(document, operationName)?.operation !== 'query') return null;
    persisted.remember(request);
    const cost = costOf(document, request);
    if (cost === null) return null;
    await charge(cost);
    const freshness = new Freshness();
    const result = await execute({
      schema,
      document,
      operationName,
      variableValues: variables,
      contextValue: createContext(freshness, charge),
    });
    // Others have their turn before thousands of rows are written, too.
    if (cost > largeCost) await nextTurn();
    // Nothing was executed, since a variable is wrong.
    if (result.data === undefined) return null;
    const label = toOperationLabel(schema, document, operationName);
    if (!result.errors) {
      const outcome = { operation: label, code: 'ok' };
      return new Answer(JSON.stringify(result), mediaType, freshness.expiry, cost, outcome);
    }
    const errors = await mapYielding(result.errors, (error) => toClientError(error, report));
    const outcome = { operation: label, code: toCode(errors) };
    return new Answer(JSON.stringify({ ...result, errors }), mediaType, null, cost, outcome);
  };
}
