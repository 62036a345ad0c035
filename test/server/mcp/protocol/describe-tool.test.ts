import { expect, test } from 'vitest';
import { schema } from '../../../../src/graphql/schema/schema.ts';
import { describeTool } from '../../../../src/server/mcp/protocol/describe-tool.ts';
import { createTools } from '../../../../src/server/mcp/tools/toolbox.ts';

const tools = createTools(schema);
const described = tools.map(describeTool);

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

test('the list of tools is small: agents pay for it with their context', () => {
  expect(sizeOf(described)).toBeLessThan(40_000);
  // Most agents show their model only these parts.
  const shown = described.map((tool) => Object.entries(tool).filter(([name]) => !/^(output|annot)/.test(name)));
  expect(sizeOf(shown)).toBeLessThan(22_500);
  for (const tool of described) expect(sizeOf(tool)).toBeLessThan(5000);
});

test('each tool declares what it returns', () => {
  for (const [index, tool] of tools.entries()) {
    const names = ['freshness', 'simulated', ...Object.keys(tool.output)];
    expect(described[index]).toMatchObject({ outputSchema: { type: 'object', required: names } });
  }
});

test('only tools with rows can be cut, and only those whose parts can fail list errors', () => {
  const having = (name: string): readonly string[] =>
    tools
      .filter((_, index) =>
        Object.hasOwn(Reflect.get(Reflect.get(described[index] ?? {}, 'outputSchema'), 'properties'), name),
      )
      .map((tool) => tool.name);
  const all = tools.map(({ name }) => name);
  const single = ['get_ticker', 'get_funding_rate', 'get_open_interest'];
  expect(having('cut')).toEqual(all.filter((name) => !single.includes(name)));
  expect(having('errors')).toEqual(['list_exchanges', 'get_tickers', 'compare_exchanges', 'screen_markets']);
});

test('arguments are described in the words of an agent, each of them', () => {
  for (const tool of described) {
    const inputs = Object.entries<object>(Reflect.get(Reflect.get(tool, 'inputSchema'), 'properties'));
    for (const [name, input] of inputs) {
      const text: unknown = Reflect.get(input, 'description');
      expect([name, text]).toEqual([name, expect.stringMatching(/^[A-Z].*\.$/)]);
      expect(Reflect.has(input, 'type')).toBe(true);
    }
    expect(JSON.stringify(tool)).not.toMatch(
      /graphql|subscription|operation|\bquery\b|pageInfo|\bccxt\b|Unified|`candles`/i,
    );
  }
});

test('a time is text or a number', () => {
  const candles = described.find((tool) => Reflect.get(tool, 'name') === 'get_candles');
  expect(candles).toMatchObject({ inputSchema: { properties: { since: { type: ['string', 'integer'] } } } });
});
