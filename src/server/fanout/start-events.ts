import { createSourceEventStream, type DocumentNode, type ExecutionArgs, type ExecutionResult, execute } from 'graphql';
import type { Yielding } from '../../base/yielding.ts';
import { toClientError } from '../../graphql/execution/errors.ts';
import { toEventResult } from '../../graphql/execution/event-result.ts';
import { toEventContext, withPartialErrors } from '../../graphql/execution/partial-errors.ts';
import { EncodedPayload, type EncodePayload } from './encoded-payload.ts';
import { isResumed, isShared, type ResumedEventSource, type SharedEventSource } from './event-source.ts';

export interface StartOptions {
  /** Creates the context for the resolvers of a group. */
  readonly createContext: () => unknown;
  /** Called with unexpected errors. Clients see them masked. */
  readonly report: (error: unknown) => void;
  /** Lets other work run in between, because one event can be executed for thousands of groups. */
  readonly turns: Yielding;
}

/** The events of an operation, and the function that encodes them. */
export interface StartedEvents {
  readonly source: SharedEventSource | ResumedEventSource;
  readonly encode: EncodePayload;
}

/** Starts the events of a subscription, each of which is executed with `eventDocument`. Resolves with the errors if they cannot start. */
export async function startEvents(
  given: ExecutionArgs,
  eventDocument: DocumentNode,
  { createContext, report, turns }: StartOptions,
): Promise<StartedEvents | ExecutionResult> {
  const args: ExecutionArgs = { ...given, contextValue: await createContext() };
  const source: object = await createSourceEventStream(args);
  if (isShared(source) || isResumed(source)) {
    const encode: EncodePayload = async (event) => {
      const own = { document: eventDocument, rootValue: event, contextValue: toEventContext(args.contextValue) };
      const executed = await turns.run(() => execute({ ...args, ...own }));
      const result = toClientResult(withPartialErrors(executed, own.contextValue), report);
      return new EncodedPayload(JSON.stringify(toEventResult(result)));
    };
    return { source, encode };
  }
  if (Symbol.asyncIterator in source) throw new TypeError('a subscription whose events no group can share');
  return toClientResult(source, report);
}

/** The payload of an error that ends a subscription. */
export function toErrorPayload(error: Error): EncodedPayload {
  return new EncodedPayload(JSON.stringify({ data: null, errors: [toClientError(error, () => {})] }));
}

/** Returns the result with the errors as clients see them. */
function toClientResult(result: ExecutionResult, report: (error: unknown) => void): ExecutionResult {
  return result.errors ? { ...result, errors: result.errors.map((error) => toClientError(error, report)) } : result;
}
