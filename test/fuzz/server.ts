import { Agent } from 'node:http';
import { type MeasuredServer, startServer } from '../support/server.ts';
import { createBinance } from '../venues/binance.ts';
import { send } from './send.ts';
import { exchanges } from './values.ts';

/** The server under test: `sim` and a stand-in of Binance, and nothing of the network beyond them. */
export interface FuzzedServer {
  readonly app: MeasuredServer;
  readonly agent: Agent;
  /** Says what is wrong with the answer to a query that must always have the same one; null where nothing is. */
  checkHealth(): Promise<string | null>;
  stop(): Promise<void>;
}

const healthyQuery = `{
  market(exchange: "sim", symbol: "BTC/USDT") { id base quote exchange { simulated } }
  candles(exchange: "sim", symbol: "BTC/USDT", timeframe: "1h", since: "2024-01-01", until: "2024-01-01T03:00:00Z") {
    timestamp open high low close volume closed
  }
  other: candles(exchange: "binance", symbol: "BTC/USDT", timeframe: "1d", since: "2024-01-01", limit: 2) { close closed }
}`;

/** Starts the server. Stop it when done. */
export async function startFuzzedServer(): Promise<FuzzedServer> {
  const venue = await createBinance();
  const app = await startServer({
    measured: {
      exchanges,
      exchangeOptions: { binance: { ...venue.exchangeConfig, enableRateLimit: false } },
      lingerMs: 100,
      pollIntervalMs: 200,
    },
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const body = JSON.stringify({ query: healthyQuery });
  const ask = async (): Promise<string> => {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    return (await send(app.port, agent, { method: 'POST', path: '/graphql', headers, body })).text;
  };
  const expected = await ask();
  if (expected.includes('"errors"')) throw new Error(`the healthy query is not answered: ${expected}`);
  return {
    app,
    agent,
    checkHealth: async () => {
      const answer = await ask();
      return answer === expected ? null : `the healthy query was answered with ${answer.slice(0, 500)}`;
    },
    stop: async () => {
      agent.destroy();
      await app.stop();
      await venue.close();
    },
  };
}
