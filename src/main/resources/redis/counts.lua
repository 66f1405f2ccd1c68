-- Says again how many connections users have on a node.
-- For one Redis, not for a Redis Cluster: the lease that it looks at is not among KEYS.
--
-- KEYS     hash of each user: node = how many connections the user has on it
-- ARGV[1]  this node
-- ARGV[2]  what stands before a node in the key of its lease
-- ARGV[3]  milliseconds that a hash is kept
-- ARGV[4]  and so on: the count for each key
--
-- Answers {0, keys that could not be written}; {1} when this node's lease is over; {-1, error}.

local function write(key, count)
  if count == '0' then
    redis.call('HDEL', key, ARGV[1])
  else
    redis.call('HSET', key, ARGV[1], count)
    redis.call('PEXPIRE', key, ARGV[3])
  end
end

local function say()
  if redis.call('EXISTS', ARGV[2] .. ARGV[1]) == 0 then
    return { 1 }
  end
  local failed = 0
  for i, key in ipairs(KEYS) do
    -- One that holds something else must not keep the others from being written.
    if not pcall(write, key, ARGV[i + 3]) then
      failed = failed + 1
    end
  end
  return { 0, failed }
end

-- An error reply would take the answers of all other commands of a batch with it.
local done, answer = pcall(say)
if done then
  return answer
end
return { -1, type(answer) == 'table' and answer.err or tostring(answer) }
