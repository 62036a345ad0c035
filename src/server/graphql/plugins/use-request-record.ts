import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { YogaContext } from '../../doors/graphql-http.ts';
import { toOperationLabel } from '../../observe/operation-label.ts';
import { toCode } from '../../observe/request-record.ts';

/** Notes which operation Yoga has answered, and how. To come after the plugin that gives errors their codes. */
export function useRequestRecord(): Plugin<YogaContext, YogaContext> {
  return {
    onExecute: ({ args: { schema, document, operationName, contextValue } }) => {
      if (contextValue.record) contextValue.record.operation = toOperationLabel(schema, document, operationName);
    },
    onSubscribe: ({ args: { schema, document, operationName, contextValue } }) => {
      if (!contextValue.record) return;
      contextValue.record.operation = toOperationLabel(schema, document, operationName);
      contextValue.record.transport = 'sse';
    },
    onExecutionResult: ({ result, context: { record } }) => {
      if (!record || !result || Array.isArray(result)) return;
      record.answer(record.operation ?? 'invalid', isAsyncIterable(result) ? 'ok' : toCode(result.errors));
    },
  };
}
