import type { RedisServer } from '../test/support/programs/redis.ts';

/** What a redis-server has done so far. */
export interface RedisUse {
  readonly published: number;
  readonly bytesIn: number;
  readonly cpuMs: number;
  /** Now. */
  readonly memoryBytes: number;
}

/** Null without a Redis. */
export async function readRedisUse(redis: RedisServer | null): Promise<RedisUse | null> {
  if (!redis) return null;
  const text = await redis.cli('INFO', 'everything');
  const read = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);
  return {
    published: read(/^cmdstat_publish:calls=(\d+)/m),
    bytesIn: read(/^total_net_input_bytes:(\d+)/m),
    cpuMs: 1000 * (read(/^used_cpu_sys:([\d.]+)/m) + read(/^used_cpu_user:([\d.]+)/m)),
    memoryBytes: read(/^used_memory:(\d+)/m),
  };
}

/** What it has done between two times, and its memory at the second. */
export function toDifference(before: RedisUse, after: RedisUse): RedisUse {
  return {
    published: after.published - before.published,
    bytesIn: after.bytesIn - before.bytesIn,
    cpuMs: after.cpuMs - before.cpuMs,
    memoryBytes: after.memoryBytes,
  };
}
