-- Says again how many connections users have on a node.
--
-- KEYS     hash of each user: node = how many connections the user has on it
-- ARGV[1]  this node
-- ARGV[2]  milliseconds that a hash is kept
-- ARGV[3]  and so on: the count for each key
--
-- Answers {0, keys that could not be written}; {-1, error}.

local function write(key, count)
  if count == '0' then
    redis.call('HDEL', key, ARGV[1])
  else
    redis.call('HSET', key, ARGV[1], count)
    redis.call('PEXPIRE', key, ARGV[2])
  end
end

local failed = 0
for i, key in ipairs(KEYS) do
  if not pcall(write, key, ARGV[i + 2]) then
    failed = failed + 1
  end
end
return { 0, failed }
