import { type GraphQLSchema, printSchema } from 'graphql';
import { guide } from './guide.ts';

/** A text that agents can read. */
export interface Resource {
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
  readonly read: () => string;
}

/** The resources; without the schema if clients may not read it. */
export function createResources(schema: GraphQLSchema, isSchemaHidden: boolean): readonly Resource[] {
  const guideResource: Resource = {
    uri: 'tickql://guide',
    name: 'guide',
    title: 'How to use TickQL',
    description: 'Symbols, timeframes, freshness, paging, limits and errors, on one page.',
    mimeType: 'text/markdown',
    read: () => guide,
  };
  const schemaResource: Resource = {
    uri: 'tickql://schema',
    name: 'schema',
    title: 'The GraphQL schema',
    description: 'The schema of the GraphQL API of the same server, in the schema definition language.',
    mimeType: 'application/graphql',
    read: () => printSchema(schema),
  };
  return isSchemaHidden ? [guideResource] : [guideResource, schemaResource];
}
