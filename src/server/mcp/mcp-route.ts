import type { Clock } from '../../base/clock.ts';
import type { GraphQLEngine } from '../../graphql/engine.ts';
import type { FieldAnswers } from '../fields/field-answers.ts';
import type { Route } from '../routing/route.ts';

export interface McpRouteOptions {
  readonly fields: FieldAnswers;
  readonly engine: GraphQLEngine;
  /** The origins of the pages that may send requests; null if it is not set. */
  readonly corsOrigins: readonly string[] | null;
  readonly clock: Clock;
}

/** The Model Context Protocol over streamable HTTP. */
export function createMcpRoutes(_options: McpRouteOptions): readonly Route[] {
  return [];
}
