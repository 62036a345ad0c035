import type { GraphQLEngine } from '../../graphql/engine.ts';
import type { ApiRoute, Route } from '../routing/route.ts';
import type { EventStreams } from '../sse/event-streams.ts';
import type { ResourceOptions } from './answer-resource.ts';
import { createHistoricalRoute } from './historical-route.ts';
import { createResourceRoute } from './resource-route.ts';
import { createResources } from './resources.ts';
import { createStreamRoutes } from './stream-routes.ts';
import { createUnknownPathRoute } from './unknown-path-route.ts';

export interface RestRoutesOptions extends ResourceOptions {
  readonly streams: EventStreams;
  readonly engine: GraphQLEngine;
  /** Spreads the times at which clients of event streams reconnect. Returns a number from 0 to 1. */
  readonly random: () => number;
}

/** The REST API. */
export function createRestRoutes(options: RestRoutesOptions): readonly Route[] {
  const resources = createResources(options.engine.schema);
  const candles = resources.find(({ operationId }) => operationId === 'getCandles');
  if (!candles) throw new TypeError('there is no resource with candles');
  const routes: readonly ApiRoute[] = [
    ...resources.map((resource) => createResourceRoute(resource, options)),
    createHistoricalRoute(candles, options),
    ...createStreamRoutes(options),
  ];
  return [...routes, createUnknownPathRoute(routes.map(({ path }) => path))];
}
