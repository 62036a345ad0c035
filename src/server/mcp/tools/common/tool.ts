import type { FieldQuery } from '../../../../graphql/fields/field-query.ts';
import type { JsonSchema } from '../../../../graphql/json-schema/json-schema.ts';
import type { FieldValue } from '../../../fields/field-value.ts';
import type { Report } from '../../presenting/report.ts';
import type { JsonObject } from '../../presenting/values.ts';
import type { ToolArguments } from './tool-arguments.ts';

/** What an agent can call. A table of these is all that the protocol needs. */
export interface Tool {
  /** A verb and its object in snake_case. */
  readonly name: string;
  readonly title: string;
  /** Written for an agent that has never seen a market. */
  readonly description: string;
  /** The root field of the schema that the tool asks, for metrics. */
  readonly field: string;
  readonly arguments: ToolArguments;
  /** What the structured content contains besides its freshness, errors and what was cut. */
  readonly output: Readonly<Record<string, JsonSchema>>;
  /** True if parts of an answer can fail while the others are valid. */
  readonly hasParts?: boolean;
  /** True if the agent names the parts, such as symbols, so that an answer without any of them is an error. */
  readonly namesParts?: boolean;
  readonly run: (call: ToolCall) => Promise<Report>;
}

/** One call of a tool, whose arguments have been read. */
export interface ToolCall {
  readonly values: JsonObject;
  /** The current time, epoch ms. */
  readonly now: () => number;
  /**
   * Asks for a field of the schema. Rejects if its value is null: then the error of the value is the error of the whole
   * call.
   */
  readonly ask: (query: FieldQuery, values: JsonObject) => Promise<FieldValue>;
}
