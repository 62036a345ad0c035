import { toArgumentSchemas } from '../../../graphql/json-schema/argument-schemas.ts';
import { toOutputSchema } from '../tools/common/schemas.ts';
import type { Tool } from '../tools/common/tool.ts';

/** What a client learns about a tool, as in the specification of MCP. */
export function describeTool({ name, title, description, arguments: args, output }: Tool): object {
  const { properties, required } = toArgumentSchemas(args.fields);
  return {
    name,
    title,
    description,
    inputSchema: { type: 'object', properties, required, additionalProperties: false },
    outputSchema: toOutputSchema(output),
    annotations: { title, readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  };
}
