import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { toOperationLabel } from '../../observe/operation-label.ts';
import { toCode } from '../../observe/request-record.ts';
import type { YogaContext } from '../request/yoga-context.ts';

/** Records the operation that Yoga has answered, and the outcome. Must come after the plugin that adds error codes. */
export function useRequestRecord(): Plugin<YogaContext, YogaContext> {
  return {
    onExecute: ({ args: { schema, document, operationName, contextValue } }) => {
      const { http } = contextValue;
      if (http) http.record.operation = toOperationLabel(schema, document, operationName);
    },
    onExecutionResult: ({ result, context: { http } }) => {
      if (!http || !result || Array.isArray(result) || isAsyncIterable(result)) return;
      const { record } = http;
      record.answer(record.operation ?? 'invalid', toCode(result.errors));
    },
  };
}
