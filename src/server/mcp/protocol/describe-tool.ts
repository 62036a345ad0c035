import { toArgumentSchemas } from '../../../graphql/json-schema/argument-schemas.ts';
import type { JsonSchema } from '../../../graphql/json-schema/json-schema.ts';
import { toOutputSchema } from '../tools/common/schemas.ts';
import type { Tool } from '../tools/common/tool.ts';

/** What a client learns about a tool, as in the specification of MCP. */
export function describeTool({ name, title, description, arguments: args, output, hasParts = false }: Tool): object {
  const { properties, required } = toArgumentSchemas(args.fields);
  const inputs = Object.entries(properties).map(([key, schema]) => {
    const own = args.descriptions[key];
    return [key, toCompact(own === undefined ? schema : { ...schema, description: own })];
  });
  return {
    name,
    title,
    description,
    inputSchema: { type: 'object', properties: Object.fromEntries(inputs), required, additionalProperties: false },
    outputSchema: toOutputSchema(output, hasParts),
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  };
}

/** The schema without what its description says, or what only the server checks, because agents read it with every task. */
function toCompact({
  pattern: _pattern,
  examples: _examples,
  format: _format,
  anyOf,
  ...schema
}: JsonSchema): JsonSchema {
  return { ...schema, ...(anyOf ? { type: [...new Set(anyOf.flatMap(({ type }) => type ?? []))] } : {}) };
}
