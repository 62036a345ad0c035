import { GraphQLError } from 'graphql';
import type { Clock } from '../../../base/clock.ts';
import { suggest } from '../../../base/suggest.ts';
import type { GraphQLEngine } from '../../../graphql/engine.ts';
import { toClientError } from '../../../graphql/execution/errors.ts';
import type { Principal } from '../../access/gate.ts';
import type { FieldAnswers } from '../../fields/field-answers.ts';
import { type AnswerError, parseFieldValue } from '../../fields/field-value.ts';
import { type RequestRecord, toCode } from '../../observe/request-record.ts';
import { toErrorResult, toErrorsResult } from '../presenting/errors.ts';
import { type Report, writeReport } from '../presenting/report.ts';
import type { ToolResult } from '../presenting/tool-result.ts';
import type { JsonObject } from '../presenting/values.ts';
import type { Tool, ToolCall } from '../tools/common/tool.ts';
import { createTools } from '../tools/toolbox.ts';
import { whileWanted } from './while-wanted.ts';

export interface ToolCallsOptions {
  readonly fields: FieldAnswers;
  readonly engine: GraphQLEngine;
  readonly clock: Clock;
}

/** A call as an agent has sent it. */
export interface CallRequest {
  readonly name: string;
  readonly values: JsonObject;
  readonly principal: Principal;
  readonly record: RequestRecord;
  /** Aborted when the client no longer wants the answer. */
  readonly signal: AbortSignal;
}

/** Answers calls of tools, whatever transport they came over. */
export class ToolCalls {
  readonly tools: readonly Tool[];
  readonly #fields: FieldAnswers;
  readonly #engine: GraphQLEngine;
  readonly #clock: Clock;
  readonly #byName: ReadonlyMap<string, Tool>;

  constructor({ fields, engine, clock }: ToolCallsOptions) {
    this.tools = createTools(engine.schema);
    this.#fields = fields;
    this.#engine = engine;
    this.#clock = clock;
    this.#byName = new Map(this.tools.map((tool) => [tool.name, tool]));
  }

  /** Says that there is no such tool; null if there is one. */
  explainUnknown(name: string): string | null {
    if (this.#byName.has(name)) return null;
    const names = [...this.#byName.keys()];
    const [nearest] = suggest(name, names);
    return `There is no tool ${JSON.stringify(name.slice(0, 60))}${nearest ? `; did you mean ${nearest}?` : '.'} The tools are ${names.join(', ')}.`;
  }

  /** Never rejects because of the call itself: what went wrong is a result that the agent can read. Rejects if aborted. */
  async call(request: CallRequest): Promise<ToolResult> {
    const tool = this.#byName.get(request.name);
    if (!tool) throw new TypeError(`there is no tool ${request.name}`);
    try {
      const values = tool.arguments.read(request.values);
      const report = await tool.run(this.#begin(request, values));
      // A later page without rows is only the end of a list.
      const failure = tool.namesParts && values.after === undefined ? toFailure(report) : null;
      return failure ?? writeReport(report);
    } catch (thrown) {
      request.signal.throwIfAborted();
      const error = toClientError(thrown, this.#engine.report);
      request.record.answer(tool.field, toCode([error]));
      return toErrorResult(error);
    }
  }

  #begin({ principal, record, signal }: CallRequest, values: JsonObject): ToolCall {
    return {
      values,
      now: () => this.#clock.now(),
      ask: async (query, fieldValues) => {
        const asked = this.#fields.answer({ principal, query, values: fieldValues, record });
        const found = parseFieldValue(await whileWanted(asked, signal), query.path);
        const [error] = found.errors;
        if (found.value === null && error) throw toError(error);
        return found;
      },
    };
  }
}

/** The error of a call in which no part succeeded; null if there are rows, here or on a later page. */
function toFailure({ errors = [], table }: Report): ToolResult | null {
  const [first, ...others] = errors;
  return first && table?.count === 0 && table.take(0).cut === null ? toErrorsResult([first, ...others]) : null;
}

function toError({ message, extensions }: AnswerError): GraphQLError {
  return new GraphQLError(message, { extensions });
}
