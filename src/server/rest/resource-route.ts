import type { ApiRoute } from '../routing/route.ts';
import { answerResource, type ResourceOptions } from './answer-resource.ts';
import { formatParameter } from './messages/choose-format.ts';
import { sendProblem } from './messages/problem.ts';
import { readQueryString, readValues } from './messages/read-values.ts';
import { readMethods, requireMethod } from './messages/require-method.ts';
import type { Resource } from './resources.ts';

/** The route of a resource, whose arguments are in the path and in the query string. */
export function createResourceRoute(resource: Resource, options: ResourceOptions): ApiRoute {
  return {
    kind: 'api',
    path: resource.path,
    transport: 'rest',
    methods: readMethods,
    sendFailure: sendProblem,
    handle: async (given) => {
      requireMethod(given, readMethods);
      const query = readQueryString(given.search);
      const values = readValues(resource.query.arguments, given.params, query, [formatParameter]);
      await answerResource(given, resource, { values, query }, options);
    },
  };
}
