import { once } from 'node:events';
import { createServer } from 'node:http';

/** A page that writes the same prices into a table with as little code as possible: the peer of the live page. */
export interface PlainPage {
  readonly url: string;
  close(): void;
}

const columns = ['symbol', 'last', 'percentage', 'bid', 'ask', 'quoteVolume'];

export async function servePlainPage(
  port: number,
  markets: readonly { readonly exchange: string; readonly symbol: string }[],
): Promise<PlainPage> {
  const query = `subscription ($markets: [MarketInput!]!) { watchlistUpdated(markets: $markets) { ${columns.join(' ')} } }`;
  const subscribe = JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables: { markets } } });
  const html = `<!doctype html><meta charset="utf-8"><title>Prices</title><table></table><script>
    const rows = new Map();
    const socket = new WebSocket('ws://127.0.0.1:${port}/graphql', 'graphql-transport-ws');
    socket.onopen = () => socket.send('{"type":"connection_init"}');
    socket.onmessage = ({ data }) => {
      const { type, payload } = JSON.parse(data);
      if (type === 'connection_ack') socket.send(${JSON.stringify(subscribe)});
      if (type === 'ping') socket.send('{"type":"pong"}');
      if (type !== 'next') return;
      const ticker = payload.data.watchlistUpdated;
      if (!rows.has(ticker.symbol)) {
        const row = document.querySelector('table').insertRow();
        rows.set(ticker.symbol, ${JSON.stringify(columns)}.map((column) => [column, row.insertCell()]));
      }
      for (const [column, cell] of rows.get(ticker.symbol)) {
        const text = String(ticker[column]);
        if (cell.textContent !== text) cell.textContent = text;
      }
    };
  </script>`;
  const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(html));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the plain page has no port');
  return { url: `http://127.0.0.1:${address.port}/`, close: () => server.close() };
}
