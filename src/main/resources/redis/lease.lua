-- Begins or renews a node's lease: the node counts for as long as the key is there.
--
-- KEYS[1]  lease
-- KEYS[2]  lease of the generation before, which ends; left out = there is none
-- ARGV[1]  milliseconds that the lease lasts
-- ARGV[2]  1 = begin, 0 = renew
--
-- Answers {0} when the lease is held; {1} when there is none to be renewed; {-1, error}.

local function hold()
  if ARGV[2] == '0' then
    return { 1 - redis.call('PEXPIRE', KEYS[1], ARGV[1]) }
  end
  if KEYS[2] then
    redis.call('DEL', KEYS[2])
  end
  redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
  return { 0 }
end

-- An error reply would take the answers of all other commands of a batch with it.
local done, answer = pcall(hold)
if done then
  return answer
end
return { -1, type(answer) == 'table' and answer.err or tostring(answer) }
