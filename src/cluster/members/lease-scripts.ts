import { createScript } from '../connection/redis-script.ts';

/**
 * The scripts of the leases. Their keys, in order: `instances` (a hash: name → JSON), `leases` (a hash: exchange → JSON),
 * `fences` (a hash: exchange → the highest fencing number), `versions` (a sorted set: protocol version → expiry). Their
 * first arguments: the name of the instance, how long a lease runs in ms, and the channel of announcements.
 */
const common = `
local instances, leases, fences, versions = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local me, leaseMs, channel = ARGV[1], tonumber(ARGV[2]), ARGV[3]

local function text(number) return string.format('%.0f', number) end

local function read(key, field)
  local value = redis.call('HGET', key, field)
  return value and cjson.decode(value) or nil
end

-- An instance that has been silent for half a lease may be dead.
local function can_own(name)
  local instance = read(instances, name)
  return instance and tonumber(instance['until']) > now + leaseMs / 2 and not instance.leaving
end

-- The lease of an exchange that has not run out.
local function running(exchange)
  local lease = read(leases, exchange)
  return lease and tonumber(lease['until']) > now and lease or nil
end

local function stored_fence(exchange)
  return tonumber(redis.call('HGET', fences, exchange) or '0')
end

local function write(exchange, instance, fence, isHandover)
  local lease = { instance = instance, fence = text(fence), ['until'] = text(now + leaseMs), handover = isHandover }
  redis.call('HSET', leases, exchange, cjson.encode(lease))
  if stored_fence(exchange) < fence then redis.call('HSET', fences, exchange, text(fence)) end
  return lease
end

local function announce(exchange, instance, fence, isHandover)
  local name = instance and cjson.encode(instance) or 'null'
  redis.call('PUBLISH', channel, '{"exchange":' .. cjson.encode(exchange) .. ',"instance":' .. name ..
    ',"fence":' .. text(fence) .. ',"isHandover":' .. tostring(isHandover) .. '}')
end

-- The number is also higher than those of before Redis lost its data: these were times, too.
local function grant(exchange, instance, seen, isHandover)
  local fence = math.floor(math.max(stored_fence(exchange) + 1, now, seen + 1))
  local lease = write(exchange, instance, fence, isHandover)
  announce(exchange, instance, fence, isHandover)
  return lease
end

local function to_row(exchange, lease)
  local remaining = text(math.max(0, tonumber(lease['until']) - now))
  return { exchange, lease.instance, lease.fence, remaining, lease.handover and '1' or '0' }
end

local function has(exchange, fence)
  local lease = running(exchange)
  return lease and lease.instance == me and tonumber(lease.fence) == fence
end

local function release(exchange, fence)
  redis.call('HDEL', leases, exchange)
  announce(exchange, nil, fence, false)
end
`;

/**
 * Arguments: the JSON of this instance (`leaving`; `exchanges`, separated by commas, or '*'), its protocol version, and for each exchange that it has or wants: the exchange,
 * the fencing number that it has or '', and the highest that it has seen.
 */
export const beatScript = createScript(`${common}
local known = read(instances, me)
local instance = cjson.decode(ARGV[4])
instance.since = known and known.since or text(now)
instance['until'] = text(now + leaseMs)
redis.call('HSET', instances, me, cjson.encode(instance))
redis.call('ZADD', versions, now + leaseMs, ARGV[5])
redis.call('ZREMRANGEBYSCORE', versions, '-inf', now)

for i = 6, #ARGV, 3 do
  local exchange, fence, seen = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  local lease = running(exchange)
  if lease and lease.instance == me then
    write(exchange, me, tonumber(lease.fence), lease.handover)
  elseif lease then
    -- Written by a late beat of a former owner, after Redis had lost the newer lease.
    if fence and tonumber(lease.fence) < fence then write(exchange, me, fence, false) end
  elseif not fence then
    grant(exchange, me, seen, false)
  elseif stored_fence(exchange) <= fence then
    write(exchange, me, fence, false)
  end
end

local live = {}
local all = redis.call('HGETALL', instances)
for i = 1, #all, 2 do
  local other = cjson.decode(all[i + 1])
  if tonumber(other['until']) > now then
    local age, silence = now - tonumber(other.since), now + leaseMs - tonumber(other['until'])
    live[#live + 1] = { all[i], text(age), text(silence), other.exchanges, other.leaving and '1' or '0' }
  else
    redis.call('HDEL', instances, all[i])
  end
end

local rows = {}
all = redis.call('HGETALL', leases)
for i = 1, #all, 2 do
  local lease = cjson.decode(all[i + 1])
  if tonumber(lease['until']) > now then
    rows[#rows + 1] = to_row(all[i], lease)
  else
    redis.call('HDEL', leases, all[i])
  end
end
return { string.format('%.3f', now), live, rows, redis.call('ZRANGE', versions, 0, -1) }
`);

/** Arguments: the exchange, the candidate, the owner with the highest fencing number that was seen, and this number. */
export const claimScript = createScript(`${common}
local exchange, candidate, seenOwner, seen = ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7])
local lease = running(exchange)
local fence = lease and tonumber(lease.fence) or 0
if not lease then
  if can_own(candidate) then lease = grant(exchange, candidate, seen, false) end
elseif fence < seen or (fence == seen and lease.instance ~= seenOwner) then
  -- Redis had lost its data and gave a number that is not high enough: nobody would hear this owner.
  lease = grant(exchange, lease.instance, seen, false)
end
return lease and to_row(exchange, lease) or {}
`);

/** Arguments: the exchange, the fencing number, the next owner. */
export const transferScript = createScript(`${common}
local exchange, fence, next = ARGV[4], tonumber(ARGV[5]), ARGV[6]
if not has(exchange, fence) or not can_own(next) then return {} end
return to_row(exchange, grant(exchange, next, fence, true))
`);

/** Arguments: the exchange, the fencing number. */
export const releaseScript = createScript(`${common}
local exchange, fence = ARGV[4], tonumber(ARGV[5])
if has(exchange, fence) then release(exchange, fence) end
`);

export const leaveScript = createScript(`${common}
local all = redis.call('HGETALL', leases)
for i = 1, #all, 2 do
  local lease = cjson.decode(all[i + 1])
  if lease.instance == me then release(all[i], tonumber(lease.fence)) end
end
redis.call('HDEL', instances, me)
`);
