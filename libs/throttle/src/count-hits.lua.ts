/**
 * The chain of `countHits` as a script of Redis, which runs nothing else meanwhile. Times are milliseconds of the service's clock.
 *
 * KEYS: a key for each limit, in the order of the chain. ARGV: now; then of each limit how many requests it lets pass, its window, and how
 * long the first request too many locks out, or -1. Answers hits and end of the last one, whether one of them refuses (1 or 0), and when
 * none does any more (0: now).
 */
export const COUNT_HITS = `
  local now, hits, ends, refused, free = tonumber(ARGV[1]), 0, 0, 0, 0
  for i, key in ipairs(KEYS) do
    local limit, window, block = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
    local held = redis.call('HMGET', key, 'hits', 'ends')
    local step = 1 - refused
    hits, ends = tonumber(held[1]), tonumber(held[2])
    if not ends or ends <= now then
      hits, ends = step, now + window * step
    else
      if hits == limit and step == 1 and block >= 0 then ends = now + block end
      hits = hits + step
    end
    if step == 1 then
      redis.call('HSET', key, 'hits', hits, 'ends', ends)
      redis.call('PEXPIRE', key, math.max(ends - now, 1))
    end
    if hits > limit then refused = 1 end
    if hits >= limit and ends > free then free = ends end
  end
  return { hits, ends, refused, free }`;
