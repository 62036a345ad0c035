import { systemClock } from '../../../../src/base/clock.ts';
import { RedisConnection, type RedisConnectionOptions } from '../../../../src/cluster/connection/redis-connection.ts';
import { parseRedisUrl } from '../../../../src/cluster/connection/redis-url.ts';
import { eventually } from '../../socket-client.ts';

export type ConnectionChanges = Partial<Omit<RedisConnectionOptions, 'address'>>;

/** A started connection with a timeout that is short enough for tests. */
export function openConnection(url: string, changes: ConnectionChanges = {}): RedisConnection {
  const connection = new RedisConnection({
    address: parseRedisUrl(url),
    instance: 'test',
    timeoutMs: 400,
    clock: systemClock,
    random: () => 0,
    ...changes,
  });
  connection.start();
  return connection;
}

/** The same, once it can send and receive. */
export async function openReadyConnection(url: string, changes: ConnectionChanges = {}): Promise<RedisConnection> {
  const connection = openConnection(url, changes);
  await eventually(() => connection.failure === null);
  return connection;
}
