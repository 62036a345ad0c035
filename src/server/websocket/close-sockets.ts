import type { WebSocket } from 'ws';
import { type Clock, sleep } from '../../base/clock.ts';
import { staggerMs, toStaggerSize } from '../http/stagger.ts';
import { closeCode } from './close-codes.ts';

/** Sends a close frame to every socket: a few at once, very many over two seconds. Resolves when all are sent. */
export async function closeSockets(sockets: Iterable<WebSocket>, clock: Clock): Promise<void> {
  const all = [...sockets];
  const size = toStaggerSize(all.length);
  for (const [index, socket] of all.entries()) {
    if (index > 0 && index % size === 0) await sleep(clock, staggerMs);
    socket.close(closeCode.goingAway, 'Going away');
  }
}
