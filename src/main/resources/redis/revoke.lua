-- Revokes a user's tokens of before, or one token.
--
-- KEYS[1]  the revocation: its moment in milliseconds since 1970
-- KEYS[2]  stream of all revocations, in which nodes look for new ones
-- ARGV[1]  u = a user, t = a token; ARGV[2] which one
-- ARGV[3]  milliseconds that the revocation is kept
-- ARGV[4]  milliseconds that the stream remembers it
--
-- Answers {0}; {-1, error}.

local function revoke()
  local time = redis.call('TIME')
  local moment = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  redis.call('SET', KEYS[1], string.format('%.0f', moment), 'PX', ARGV[3])
  local oldest = string.format('%.0f', math.max(0, moment - tonumber(ARGV[4])))
  local added = redis.pcall('XADD', KEYS[2], 'MINID', '~', oldest, '*', ARGV[1], ARGV[2])
  if type(added) == 'table' and added.err then
    if not string.find(added.err, 'WRONGTYPE', 1, true) then
      error(added)
    end
    -- Nothing of ours: nodes could be told of no revocation.
    redis.call('DEL', KEYS[2])
    redis.call('XADD', KEYS[2], '*', ARGV[1], ARGV[2])
  end
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
  return { 0 }
end

-- An error reply would take the answers of all other commands of a batch with it.
local done, answer = pcall(revoke)
if done then
  return answer
end
return { -1, type(answer) == 'table' and answer.err or tostring(answer) }
