import type { GraphQLSchema } from 'graphql';
import { expect, test } from 'vitest';
import { usePageServer } from './page-server.ts';

const server = usePageServer(({ url }) => ({ 'gateway.ts': { 'http://localhost:4000/graphql': url } }));

/** How many operations the server has answered. */
async function countRequests(): Promise<number> {
  const metrics = await (await fetch(server().running.url.replace('graphql', 'metrics'))).text();
  const counts = [...metrics.matchAll(/^tickql_requests_total\{.*\} (\d+)$/gm)].map(([, count]) => Number(count));
  return counts.reduce((sum, count) => sum + count, 0);
}

test('a gateway passes on queries, their errors, and subscriptions', async () => {
  // The gateway's own graphql, which is another copy than that of this project.
  const { parse, execute, subscribe }: typeof import('graphql') = await import(
    `${server().folder.path}/node_modules/graphql/index.js`
  );
  const { schema }: { readonly schema: GraphQLSchema } = await import(`${server().folder.path}/gateway.ts`);
  const two = '{ exchange(id: "sim") { name } ticker(exchange: "sim", symbol: "BTC/USDT") { symbol } }';
  const before = await countRequests();
  expect(await execute({ schema, document: parse(two) })).toEqual({
    data: { exchange: { name: expect.any(String) }, ticker: { symbol: 'BTC/USDT' } },
  });
  expect(await countRequests()).toBe(before + 1);
  const query = '{ tickers(exchange: "sim", symbols: ["BTC/USDT", "NO/SUCH"]) { symbol exchange { name } } }';
  expect(await execute({ schema, document: parse(query) })).toMatchObject({
    data: { tickers: [{ symbol: 'BTC/USDT', exchange: { name: expect.any(String) } }, null] },
    errors: [{ path: ['tickers', 1], extensions: { code: 'SYMBOL_NOT_FOUND', retryable: false } }],
  });
  const live = 'subscription { tickersUpdated(exchange: "sim", symbols: ["BTC/USDT", "ETH/USDT"]) { symbol last } }';
  const events = await subscribe({ schema, document: parse(live) });
  if (!(Symbol.asyncIterator in events)) throw new Error(JSON.stringify(events));
  const seen = new Set<unknown>();
  for await (const event of events) {
    seen.add(Object(event.data?.tickersUpdated).symbol);
    if (seen.size === 2) break;
  }
  expect(server().running.app.counts).toMatchObject({ sockets: 1 });
});
