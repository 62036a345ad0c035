import { compareDelivery } from './delivery.ts';

// The cost of sending one tick to many event streams, compared with as many operations over WebSockets of the same
// server, with node:http writing bytes made in advance, and with Yoga as documented, in turn within one run.

await compareDelivery({
  servers: [
    { name: 'TickQL, WebSockets', file: './servers/tickql' },
    { name: 'TickQL, event streams', file: './servers/tickql', transport: 'sse' },
    { name: 'raw node:http', file: './servers/raw-http', transport: 'sse' },
    { name: 'Yoga as documented', file: './servers/yoga-streams', transport: 'sse' },
  ],
  clients: Number(process.env.STREAMS ?? 2000),
  rounds: Number(process.env.ROUNDS ?? 3),
  words: { client: 'connection', peer: 'WebSocket' },
});
