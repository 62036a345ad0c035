import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { YogaContext } from '../../doors/graphql-http.ts';
import { toOperationLabel } from '../../observe/operation-label.ts';
import { toCode } from '../../observe/request-record.ts';

/** Notes which operation Yoga has answered, and how. To come after the plugin that gives errors their codes. */
export function useRequestNotes(): Plugin<YogaContext, YogaContext> {
  return {
    onExecute: ({ args: { schema, document, operationName, contextValue } }) => {
      if (contextValue.note) contextValue.note.operation = toOperationLabel(schema, document, operationName);
    },
    onSubscribe: ({ args: { schema, document, operationName, contextValue } }) => {
      if (!contextValue.note) return;
      contextValue.note.operation = toOperationLabel(schema, document, operationName);
      contextValue.note.transport = 'sse';
    },
    onExecutionResult: ({ result, context: { note } }) => {
      if (!note || !result || Array.isArray(result)) return;
      note.answer(note.operation ?? 'invalid', isAsyncIterable(result) ? 'ok' : toCode(result.errors));
    },
  };
}
