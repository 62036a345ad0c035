import { once } from 'node:events';
import type { Exchange, MarketInterface } from 'ccxt';
import { type WebSocket, WebSocketServer } from 'ws';
import { loadExchangeClass } from '../../../src/exchange/ccxt/load-ccxt.ts';

/** ccxt's own class of an exchange, whose sockets lead to a server on loopback that a test speaks for. */
export interface StreamExchange {
  readonly exchange: Exchange;
  /** What the class has sent so far. */
  readonly received: readonly unknown[];
  /** Sends messages in one packet. */
  send(...messages: readonly unknown[]): void;
  close(): Promise<void>;
}

export async function openStreamExchange(id: string, markets: readonly MarketInterface[]): Promise<StreamExchange> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the exchange has no port');
  const received: unknown[] = [];
  const sockets = new Set<WebSocket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('message', (data) => received.push(JSON.parse(String(data))));
  });
  const ExchangeClass = await loadExchangeClass(id, true);
  const exchange = new ExchangeClass({ newUpdates: true, enableRateLimit: false });
  exchange.setMarkets(markets);
  const dial = exchange.client.bind(exchange);
  const local = `ws://127.0.0.1:${address.port}`;
  exchange.client = (url) => dial(url?.replace(/^wss?:\/\/[^/]+/, local));
  await exchange.loadHttpProxyAgent();
  return {
    exchange,
    received,
    send: (...messages) => {
      for (const socket of sockets) for (const message of messages) socket.send(JSON.stringify(message));
    },
    close: async () => {
      await exchange.close();
      for (const socket of sockets) socket.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}
