-- Reads which revocations are new.
--
-- KEYS[1]  stream of all revocations
-- ARGV[1]  id behind which they are; "" = none is wanted, only where the stream ends
-- ARGV[2]  most entries
--
-- Answers {0, entries} as XRANGE has them, or the last entry alone; {-1, error, milliseconds since 1970}, the last one
-- left out where Redis does not say what time it is.

local function read()
  if ARGV[1] == '' then
    return { 0, redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1) }
  end
  return { 0, redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2]) }
end

-- An error reply would take the answers of all other commands of a batch with it.
local done, answer = pcall(read)
if done then
  return answer
end
local said, time = pcall(redis.call, 'TIME')
local now = said and string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)) or nil
return { -1, type(answer) == 'table' and answer.err or tostring(answer), now }
