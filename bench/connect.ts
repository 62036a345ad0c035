import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import WebSocket from 'ws';
import { document } from './document.ts';

/** How the clients of a bench subscribe. */
export type Transport = 'websocket' | 'sse';

/** Subscribes a client and calls back with each text that comes. Resolves once it is connected. */
export type Connect = (port: string, onText: (text: string) => void) => Promise<void>;

export const connectBy: Readonly<Record<Transport, Connect>> = { websocket: connectSocket, sse: connectStream };

function connectSocket(port: string, onText: (text: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    socket.on('error', reject);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.once('message', () => {
      socket.send(JSON.stringify({ id: randomUUID(), type: 'subscribe', payload: { query: document } }));
      socket.on('message', (data) => onText(String(data)));
      resolve();
    });
  });
}

function connectStream(port: string, onText: (text: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
    const asked = request({ host: '127.0.0.1', port, path: '/graphql', method: 'POST', agent: false, headers });
    asked.on('error', reject);
    asked.on('response', (response) => {
      response.setEncoding('latin1');
      response.on('data', onText);
      // Also when the server ends at the end of the bench.
      response.on('error', () => {});
      resolve();
    });
    asked.end(JSON.stringify({ query: document }));
  });
}
