import { compareDelivery } from './delivery.ts';

// The cost of sending one tick to many sockets: CPU time of the server per delivered message, latency of messages, and
// memory per socket. Compares a raw broadcast, this server, and graphql-ws as documented, in turn within one run.

const sizes = (process.env.SOCKETS ?? '2000,10000').split(',').map(Number);
const rounds = Number(process.env.ROUNDS ?? 3);

for (const clients of sizes) {
  await compareDelivery({
    servers: [
      { name: 'raw ws broadcast', file: './servers/raw-ws' },
      { name: 'TickQL', file: './servers/tickql' },
      { name: 'graphql-ws as documented', file: './servers/graphql-ws' },
    ],
    clients,
    rounds,
    words: { client: 'socket', peer: 'raw' },
  });
}
