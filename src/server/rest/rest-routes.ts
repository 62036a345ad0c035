import type { Clock } from '../../base/clock.ts';
import type { GraphQLEngine } from '../../graphql/engine.ts';
import type { FieldAnswers } from '../fields/field-answers.ts';
import type { Route } from '../routing/route.ts';
import type { EventStreams } from '../sse/event-streams.ts';
import { createStreamRoutes } from './stream-routes.ts';

export interface RestRoutesOptions {
  readonly fields: FieldAnswers;
  readonly streams: EventStreams;
  readonly engine: GraphQLEngine;
  readonly clock: Clock;
}

/** The REST API. */
export function createRestRoutes({ streams, engine }: RestRoutesOptions): readonly Route[] {
  return [...createStreamRoutes({ streams, engine })];
}
