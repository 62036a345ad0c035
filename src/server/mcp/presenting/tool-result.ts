/** The result of a call, as in the specification of MCP. Types, because SDKs want plain objects. */
export type ToolResult = {
  content: { type: 'text'; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
};
