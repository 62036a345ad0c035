import { Agent } from 'node:http';
import { startBuiltServer } from './built-server.ts';
import { post } from './post.ts';
import { start } from './processes.ts';
import type { VenueCommand, VenueReport } from './servers/binance.ts';
import type { NaiveReport } from './servers/naive-ccxt.ts';

// How many calls to the exchange are needed when many clients ask for the same hundred tickers at once: the first time,
// and again while the tickers are fresh.

const clients = Number(process.env.CLIENTS ?? 1000);
/** Fewer clients for the server that makes one call per ticker, because its calls would take very long otherwise. */
const naiveClients = 5;
const symbols = Array.from({ length: 100 }, (_, index) => `C${index}/USDT`);

interface Server {
  readonly port: number;
  stop(): Promise<void>;
}

interface Wave {
  readonly listings: number;
  readonly calls: number;
  readonly seconds: number;
}

type Ask = (port: number, agent: Agent, client: number) => Promise<void>;

const ways: readonly { readonly name: string; readonly ask: Ask }[] = [
  {
    name: 'one query of 100 tickers',
    ask: async (port, agent) => {
      const query = 'query ($symbols: [String!]!) { tickers(exchange: "binance", symbols: $symbols) { symbol last } }';
      const { tickers } = await post(port, query, { agent, variables: { symbols } });
      if (!Array.isArray(tickers) || tickers.length !== symbols.length) throw new Error('some tickers are missing');
    },
  },
  {
    name: '100 queries of one ticker',
    ask: async (port, agent, client) => {
      const query = 'query ($symbol: String!) { ticker(exchange: "binance", symbol: $symbol) { symbol last } }';
      // Each client begins with another symbol, because real clients are not synchronised.
      for (let index = 0; index < symbols.length; index++) {
        await post(port, query, { agent, variables: { symbol: symbols[(client + index) % symbols.length] } });
      }
    },
  },
];

const venue = start<VenueCommand, VenueReport>('./servers/binance', [String(symbols.length)]);
const { config } = await venue.wait('ready');
const options = { ...config, enableRateLimit: false };

/** Opens connections, a few at a time, so that the accept queue does not overflow. */
async function connect(port: number, agents: readonly Agent[]): Promise<void> {
  for (let opened = 0; opened < agents.length; opened += 100) {
    await Promise.all(agents.slice(opened, opened + 100).map((agent) => post(port, '{ __typename }', { agent })));
  }
}

/** All clients ask at once. */
async function ask(port: number, agents: readonly Agent[], way: Ask): Promise<Wave> {
  venue.send({ type: 'reset' });
  await venue.wait('reset');
  const startedAt = performance.now();
  await Promise.all(agents.map((agent, client) => way(port, agent, client)));
  const seconds = (performance.now() - startedAt) / 1000;
  venue.send({ type: 'count' });
  const { listings, others } = await venue.wait('count');
  return { listings, calls: others, seconds };
}

/** Measures a server's first wave of requests and its second. */
async function measure(server: Server, count: number, way: Ask): Promise<readonly [cold: Wave, warm: Wave]> {
  const agents = Array.from({ length: count }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  await connect(server.port, agents);
  const cold = await ask(server.port, agents, way);
  // Clients that finished early may have lost their idle connections.
  await connect(server.port, agents);
  const warm = await ask(server.port, agents, way);
  for (const agent of agents) agent.destroy();
  await server.stop();
  return [cold, warm];
}

async function startNaive(): Promise<Server> {
  const server = start<never, NaiveReport>('./servers/naive-ccxt', [JSON.stringify(options)]);
  const { port } = await server.wait('ready');
  return { port, stop: server.stop };
}

function print(name: string, count: number, way: string, waves: readonly [Wave, Wave]): void {
  const cells = waves.flatMap(({ calls, seconds }) => [calls.toLocaleString('en'), `${seconds.toFixed(1)} s`]);
  const listings = String(waves[0].listings + waves[1].listings);
  process.stdout.write(`| ${[name, count.toLocaleString('en'), way, ...cells, listings].join(' | ')} |\n`);
}

process.stdout.write(
  '\nCalls to the exchange for tickers. Those for its list of markets, once per server, are counted separately.\n\n' +
    '| server | clients | each sends | calls, cold | time | calls, again | time | for the list of markets |\n' +
    '|---|---|---|---|---|---|---|---|\n',
);
for (const { name, ask: way } of ways) {
  for (const ttlMs of [1000, 60_000]) {
    const env = { TICKER_TTL_MS: String(ttlMs) };
    const server = await startBuiltServer({ env, exchanges: { binance: options } });
    const label = `TickQL, TICKER_TTL_MS=${ttlMs}${ttlMs === 1000 ? ' (default)' : ''}`;
    print(label, clients, name, await measure(server, clients, way));
  }
  print('ccxt, one call per ticker', naiveClients, name, await measure(await startNaive(), naiveClients, way));
}
await venue.stop();
const computed = (clients * symbols.length).toLocaleString('en');
process.stdout.write(
  `\nWith one call per ticker, ${clients.toLocaleString('en')} clients would need ${computed} calls each time (computed, not measured).\n`,
);
