import { createHash } from 'node:crypto';

/** A Lua script that Redis runs as one step. */
export interface RedisScript {
  readonly text: string;
  readonly sha1: string;
}

/**
 * The script may use `now`, the time of Redis in epoch ms. It also runs while Redis is out of memory, so it must write
 * little, or delete as much as it writes.
 */
export function createScript(body: string): RedisScript {
  const text = `#!lua flags=allow-oom
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
${body.trim()}
`;
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}
