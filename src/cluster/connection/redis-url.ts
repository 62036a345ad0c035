import { isIP } from 'node:net';
import { type AnyRedisClientOptions, RedisClient } from '@redis/client';

/** How to reach Redis, from REDIS_URL. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly username: string | null;
  readonly password: string | null;
  readonly database: number;
}

/** Throws for a URL that is not one of Redis. The error does not contain the URL. */
export function parseRedisUrl(url: string): RedisAddress {
  const { username, password, database = 0, socket } = parse(url);
  const host = 'host' in socket && socket.host ? socket.host : 'localhost';
  const port = 'port' in socket && socket.port ? socket.port : 6379;
  return { host, port, isTls: socket.tls, username: username ?? null, password: password ?? null, database };
}

function parse(url: string): ReturnType<typeof RedisClient.parseURL> {
  try {
    return RedisClient.parseURL(url);
  } catch {
    throw new Error('REDIS_URL is not a valid redis: or rediss: URL.');
  }
}

/**
 * The options of a client that connects once. It does not reconnect by itself, and it refuses commands while it is not
 * connected. The signal ends it in any state, also while it connects.
 */
export function toClientOptions(
  address: RedisAddress,
  name: string,
  connectTimeoutMs: number,
  signal: AbortSignal,
): AnyRedisClientOptions {
  const { host, port, username, password, database } = address;
  const common = { host, port, signal, connectTimeout: connectTimeoutMs, reconnectStrategy: false } as const;
  // Without a server name in the handshake, hosts that serve several names send the wrong certificate.
  const tls = { ...common, tls: true, ...(isIP(host) ? {} : { servername: host }) } as const;
  return {
    RESP: 3,
    socket: address.isTls ? tls : { ...common, tls: false },
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    database,
    name,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    commandsQueueMaxLength: 50_000,
    // The link has its own, and this one would cost a timer for each command.
    commandOptions: { timeout: 0 },
  };
}
