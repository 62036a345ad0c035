import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment, fetchQuery, type GraphQLTaggedNode, requestSubscription } from 'relay-runtime';
import { beforeAll, expect, test } from 'vitest';
import { eventually } from '../../support/socket-client.ts';
import { usePageServer } from './page-server.ts';

const server = usePageServer(({ url }) => ({
  'environment.ts': { 'http://localhost:4000/graphql': url },
  'relay.config.json': {},
}));

const source = `
  import { graphql } from 'relay-runtime';
  graphql\`
    query tickersQuery($symbols: [String!]!) {
      tickers(exchange: "sim", symbols: $symbols) { symbol last receivedAt }
      ohlcv(exchange: "sim", symbol: "BTC/USDT", timeframe: "1h", limit: 2)
    }
  \`;
  graphql\`
    subscription tickersSubscription($symbols: [String!]!) {
      tickersUpdated(exchange: "sim", symbols: $symbols) { symbol last receivedAt }
    }
  \`;
`;

let artifacts: string;

beforeAll(() => {
  const { path } = server().folder;
  artifacts = join(path, 'src/__generated__');
  mkdirSync(join(path, 'src'));
  writeFileSync(join(path, 'src/tickers.ts'), source);
  copyFileSync(new URL('../../../schema.graphql', import.meta.url), join(path, 'schema.graphql'));
  execFileSync(process.execPath, ['node_modules/relay-compiler/cli.js', 'relay.config.json'], { cwd: path });
});

async function loadEnvironment(): Promise<Environment> {
  const { environment } = await import(`${server().folder.path}/environment.ts`);
  return environment;
}

async function loadArtifact(name: string): Promise<GraphQLTaggedNode> {
  const { default: artifact } = await import(`${artifacts}/${name}.graphql.ts`);
  return artifact;
}

test('the compiler types the scalars', () => {
  const types = readFileSync(join(artifacts, 'tickersQuery.graphql.ts'), 'utf8');
  expect(types).toContain('readonly ohlcv: ReadonlyArray<[number, number, number, number, number, number]>');
  expect(types).toContain('readonly receivedAt: number;');
});

test('a query has what came and null for what failed; its tickers follow a subscription over the WebSocket', async () => {
  const environment = await loadEnvironment();
  const query = await loadArtifact('tickersQuery');
  const answer = fetchQuery(environment, query, { symbols: ['BTC/USDT', 'NO/SUCH'] }).toPromise();
  expect(await answer).toEqual({
    tickers: [expect.objectContaining({ symbol: 'BTC/USDT', last: expect.any(Number) }), null],
    ohlcv: [expect.any(Array), expect.any(Array)],
  });
  const seen = new Set<unknown>();
  const { dispose } = requestSubscription(environment, {
    subscription: await loadArtifact('tickersSubscription'),
    variables: { symbols: ['BTC/USDT', 'ETH/USDT'] },
    onNext: (data) => seen.add(Object(data).tickersUpdated.symbol),
  });
  await eventually(() => seen.size === 2);
  expect(server().running.app.counts).toMatchObject({ sockets: 1, operations: 1 });
  dispose();
  await eventually(() => server().running.app.counts.operations === 0);
});
