import { Agent } from 'node:http';
import { type MeasuredServer, startServer } from '../support/server.ts';
import { createBinance } from '../venues/binance/binance.ts';
import { send } from './send.ts';
import { exchanges } from './values.ts';

/** The server under test, with `sim` and a stand-in for Binance. It has no access to other exchanges. */
export interface FuzzedServer {
  readonly app: MeasuredServer;
  readonly agent: Agent;
  /** Sends a query whose answer must never change. Resolves with what is wrong with the answer; null if nothing is. */
  checkHealth(): Promise<string | null>;
  stop(): Promise<void>;
}

const healthQuery = `{
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
  const body = JSON.stringify({ query: healthQuery });
  const ask = async (): Promise<string> => {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    return (await send(app.port, agent, { method: 'POST', path: '/graphql', headers, body })).text;
  };
  const expected = await ask();
  if (expected.includes('"errors"')) throw new Error(`the health query is not answered: ${expected}`);
  return {
    app,
    agent,
    checkHealth: async () => {
      const answer = await ask();
      return answer === expected ? null : `the health query was answered with ${answer.slice(0, 500)}`;
    },
    stop: async () => {
      agent.destroy();
      await app.stop();
      await venue.close();
    },
  };
}
