import { parse } from 'graphql';
import type { GraphQLEngine } from '../../graphql/engine.ts';
import type { FieldQuery } from '../../graphql/fields/field-query.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Principal } from '../access/gate.ts';
import { Answer } from '../answers/answer.ts';
import type { AnswerService } from '../answers/answer-service.ts';
import { jsonFormat } from '../answers/operation-request.ts';
import type { RequestRecord } from '../observe/request-record.ts';

export interface FieldAnswersOptions {
  readonly answers: AnswerService;
  readonly engine: Pick<GraphQLEngine, 'measure'>;
}

/** A field that a client requests, without knowing GraphQL. */
export interface FieldRequest {
  readonly principal: Principal;
  readonly query: FieldQuery;
  /** The arguments of the field as the client has sent them. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly record: RequestRecord;
}

/**
 * Answers fields of the schema for doors whose clients send parameters instead of documents. The answer service does the
 * work, so an answer is charged, counted, kept and written like that to the same query over GraphQL.
 */
export class FieldAnswers {
  readonly #answers: AnswerService;
  readonly #engine: FieldAnswersOptions['engine'];

  constructor({ answers, engine }: FieldAnswersOptions) {
    this.#answers = answers;
    this.#engine = engine;
  }

  /**
   * Returns the answer of GraphQL, which can contain errors. Rejects with BAD_USER_INPUT if a value is not valid, and with
   * errors that concern the whole request, such as RATE_LIMITED and QUERY_TOO_COMPLEX.
   */
  async answer(request: FieldRequest): Promise<Answer> {
    try {
      return await this.#answer(request);
    } catch (error) {
      // The answer service has recorded its own errors already.
      if (error instanceof MarketDataError) request.record.answer(request.query.path[0] ?? 'invalid', error.code);
      throw error;
    }
  }

  async #answer({ principal, query, values, record }: FieldRequest): Promise<Answer> {
    const variables = query.arguments.toVariables(values);
    const text = JSON.stringify({ query: query.document, variables });
    const answered = await this.#answers.answer(principal, { format: jsonFormat, text }, record);
    if (answered instanceof Answer) return answered;
    // The document and the variables are valid, so only the limit on the cost is left.
    this.#engine.measure({ document: parse(query.document), variableValues: variables });
    const cause = new Error(`a query of this server was declined: ${answered.declined}`);
    throw new MarketDataError('INTERNAL_SERVER_ERROR', 'Something went wrong on this server.', { cause });
  }
}
