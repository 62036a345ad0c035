import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = new URL('../../../../src/', import.meta.url).pathname;

test('nothing loads the SDK before a client uses MCP', () => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const eager = files.filter((name) =>
    /^import (?!type\b)[^;]*'(?:@modelcontextprotocol\/|[^']*\/sdk-server\.ts)/m.test(
      readFileSync(join(root, name), 'utf8'),
    ),
  );
  // The command that serves MCP, and it alone, loads this one.
  expect(eager).toEqual(['server/mcp/stdio.ts']);
});
