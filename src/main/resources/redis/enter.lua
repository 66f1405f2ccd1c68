-- Counts more connections of a user, as many of those wanted as the limit leaves room for on all nodes.
-- For one Redis, not for a Redis Cluster: the leases that it looks at are not among KEYS.
--
-- KEYS[1]  hash: node = how many connections the user has on it
-- ARGV[1]  this node
-- ARGV[2]  what stands before a node in the key of its lease
-- ARGV[3]  connections on this node by now
-- ARGV[4]  connections wanted besides, at least 1
-- ARGV[5]  most connections on all nodes
-- ARGV[6]  milliseconds that the hash is kept
--
-- Answers {0, granted}; {1} when this node's lease is over; {-1, error}.

local counts, here = KEYS[1], ARGV[1]

-- No user can be on so many nodes: this hash is not ours, and too long to be looked at.
local MOST_NODES = 4096

local function alive(node)
  return redis.call('EXISTS', ARGV[2] .. node) == 1
end

-- Connections on other nodes. Of a node that is gone, or what is no number, nothing is kept.
local function elsewhere()
  if redis.call('HLEN', counts) > MOST_NODES then
    error('too many nodes in ' .. counts)
  end
  local fields, sum = redis.call('HGETALL', counts), 0
  for i = 1, #fields, 2 do
    local node, count = fields[i], fields[i + 1]
    if node ~= here then
      if string.match(count, '^%d+$') and #count <= 9 and alive(node) then
        sum = sum + tonumber(count)
      else
        redis.call('HDEL', counts, node)
      end
    end
  end
  return sum
end

local function enter()
  if not alive(here) then
    return { 1 }
  end
  local own = tonumber(ARGV[3])
  local room = tonumber(ARGV[5]) - elsewhere() - own
  local granted = math.max(0, math.min(tonumber(ARGV[4]), room))
  if own + granted > 0 then
    redis.call('HSET', counts, here, string.format('%.0f', own + granted))
    redis.call('PEXPIRE', counts, ARGV[6])
  else
    redis.call('HDEL', counts, here)
  end
  return { 0, granted }
end

-- An error reply would take the answers of all other commands of a batch with it.
local done, answer = pcall(enter)
if done then
  return answer
end
return { -1, type(answer) == 'table' and answer.err or tostring(answer) }
