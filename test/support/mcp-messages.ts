import type { RawAnswer } from './server/running-server.ts';

/** The headers of clients that follow the protocol. */
export const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

export const btc = { exchange: 'kraken', symbol: 'BTC/USD' };

/** A call as a client of 2025 sends it. */
export function toCall(id: number, values: object = btc, name = 'get_ticker'): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: values } });
}

/** A notification that cancels. */
export function toNotification(params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
}

/** The message in an answer of JSON, or in the only event of an event stream. */
// biome-ignore lint/suspicious/noExplicitAny: the shape of a message is up to the test
export function messageOf({ text }: RawAnswer): any {
  return JSON.parse(text.startsWith('{') ? text : (/^data: (.*)$/m.exec(text)?.[1] ?? ''));
}
