import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type ConcreteRequest,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  getPaginationMetadata,
  getPaginationVariables,
  getRefetchMetadata,
  getSingularSelector,
  Network,
  type ReaderFragment,
  RecordSource,
  Store,
} from 'relay-runtime';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ManyMarkets, startManyMarkets, symbols } from './many-markets.ts';

const run = promisify(execFile);
const compiler = fileURLToPath(import.meta.resolve('relay-compiler/cli.js'));
const schemaFile = fileURLToPath(new URL('../../schema.graphql', import.meta.url));

/** As a front end has it: every type that is a node with a fragment that can be fetched again, and pages of markets. */
const app = `
graphql\`fragment App_exchange on Exchange @refetchable(queryName: "AppExchangeRefetchQuery") { id name }\`;
graphql\`fragment App_market on Market @refetchable(queryName: "AppMarketRefetchQuery") { id symbol base active }\`;
graphql\`fragment App_ticker on Ticker @refetchable(queryName: "AppTickerRefetchQuery") { id symbol last stale }\`;
graphql\`fragment App_book on OrderBook @refetchable(queryName: "AppBookRefetchQuery") { id mid bids { price } }\`;
graphql\`fragment App_markets on Exchange
  @refetchable(queryName: "AppMarketsPaginationQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 3 }, cursor: { type: "String" }) {
  id
  markets(first: $count, after: $cursor) @connection(key: "App_markets") { edges { node { id symbol } } }
}\`;
graphql\`query AppQuery($exchange: ID!, $symbol: String!) {
  market(exchange: $exchange, symbol: $symbol) {
    ...App_market
    exchange { ...App_exchange ...App_markets }
    ticker { ...App_ticker }
    orderBook(limit: 2) { ...App_book }
  }
}\`;
`;

let folder: string;
let server: ManyMarkets;
let environment: Environment;
/** What Relay has sent: the name of the operation and its variables. */
let sent: unknown[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tickql-relay-'));
  mkdirSync(join(folder, 'artifacts'));
  writeFileSync(join(folder, 'App.js'), app);
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
  cpSync(schemaFile, join(folder, 'schema.graphql'));
  const config = {
    ...{ src: '.', schema: './schema.graphql', language: 'javascript' },
    ...{ artifactDirectory: './artifacts', eagerEsModules: false },
  };
  writeFileSync(join(folder, 'relay.config.json'), JSON.stringify(config));
  await run(process.execPath, [compiler, '--noWatchman', 'relay.config.json'], { cwd: folder });
  server = await startManyMarkets();
});

afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  sent = [];
  environment = new Environment({
    network: Network.create(async ({ name, text }, variables) => {
      sent.push([name, variables]);
      return { data: await server.ask(text ?? '', variables) };
    }),
    store: new Store(new RecordSource()),
  });
});

const load = createRequire(import.meta.url);
const artifact = (name: string) => load(join(folder, 'artifacts', `${name}.graphql.js`));
const fragment = (name: string): ReaderFragment => artifact(name);

// biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is up to its query
async function ask(request: ConcreteRequest, variables: Readonly<Record<string, unknown>>): Promise<any> {
  return fetchQuery(environment, request, variables).toPromise();
}

// biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is up to its fragment
function read(name: string, ref: unknown): any {
  const selector = getSingularSelector(fragment(name), ref);
  return environment.lookup(selector ?? expect.fail(`${name} cannot be read`)).data;
}

const variables = { exchange: 'kraken', symbol: 'BTC/USDT:USDT' };

test.each([
  ['App_exchange', 'kraken', { name: 'kraken' }],
  ['App_market', 'Market:kraken:BTC/USDT:USDT', { symbol: 'BTC/USDT:USDT', base: 'BTC', active: true }],
  ['App_ticker', 'Ticker:kraken:BTC/USDT:USDT', { symbol: 'BTC/USDT:USDT', last: 5000, stale: false }],
  ['App_book', 'OrderBook:kraken:2:BTC/USDT:USDT', { mid: 5000, bids: [{ price: 4999 }, { price: 4998 }] }],
])('%s is fetched again by its id', async (name, id, fields) => {
  const { market } = await ask(artifact('AppQuery'), variables);
  const refs: Readonly<Record<string, unknown>> = {
    App_exchange: market.exchange,
    App_market: market,
    App_ticker: market.ticker,
    App_book: market.orderBook,
  };
  expect(read(name, refs[name])).toMatchObject({ id, ...fields });
  const { refetchableRequest } = getRefetchMetadata(fragment(name), name);
  sent = [];
  server.raise(7);
  const { node } = await ask(refetchableRequest, { id });
  server.raise(-7);
  expect(sent).toEqual([[refetchableRequest.params.name, { id }]]);
  const again = read(name, node);
  expect(again.id).toBe(id);
  // What was fetched again is what every other view of it shows, too.
  expect(read(name, refs[name])).toEqual(again);
  if (name === 'App_ticker') expect(again.last).toBe(5007);
  if (name === 'App_book') expect(again).toMatchObject({ mid: 5007, bids: [{ price: 5006 }, { price: 5005 }] });
});

test('pages of markets, until there are no more', async () => {
  const { market } = await ask(artifact('AppQuery'), variables);
  const page = () => read('App_markets', market.exchange).markets;
  const { paginationRequest, paginationMetadata } = getPaginationMetadata(fragment('App_markets'), 'App_markets');
  for (let count = 3; count < symbols.length; count += 3) {
    expect(page().edges).toHaveLength(count);
    const { endCursor, hasNextPage } = page().pageInfo;
    expect(hasNextPage).toBe(true);
    const next = getPaginationVariables('forward', 3, endCursor, {}, { id: 'kraken' }, paginationMetadata);
    await ask(paginationRequest, next);
  }
  expect(page().pageInfo.hasNextPage).toBe(false);
  expect(page().edges.map((edge: { node: { symbol: string } }) => edge.node.symbol)).toEqual(symbols);
});

test('the query and its parts stay in the store', async () => {
  const operation = createOperationDescriptor(artifact('AppQuery'), variables);
  await ask(artifact('AppQuery'), variables);
  expect(environment.check(operation).status).toBe('available');
});
