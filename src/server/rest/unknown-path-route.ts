import { refuse } from '../http/messages/refusal.ts';
import { httpStatus } from '../http/messages/statuses.ts';
import { restPath } from '../http/paths.ts';
import type { ApiRoute } from '../routing/route.ts';
import { sendProblem } from './messages/problem.ts';
import { readMethods } from './messages/require-method.ts';

/** Answers every other path of the REST API with the paths that exist. It must be the last route. */
export function createUnknownPathRoute(paths: readonly string[]): ApiRoute {
  const list = paths.map(toTemplate).join(', ');
  const error = refuse(httpStatus.notFound, `The REST API has nothing at this path. Its paths are: ${list}.`);
  return {
    kind: 'api',
    path: `${restPath}/*rest`,
    transport: 'rest',
    methods: readMethods,
    sendFailure: sendProblem,
    handle: (given) => {
      // Not thrown: whoever tries paths at random would appear in the metrics as clients with wrong operations.
      sendProblem(given, error);
    },
  };
}

/** The path of a route as clients write it: `/api/ticker/{exchange}/{symbol}`. */
export function toTemplate(path: string): string {
  return path.replaceAll(/[:*](\w+)/g, '{$1}');
}
