-- Publishes without position, once for an idempotency key.
--
-- KEYS[1]  result of the key: "offset mark epoch", or "" for a publication without position
-- ARGV[1]  envelope
-- ARGV[2]  name of the channel in Redis
-- ARGV[3]  milliseconds that the result is kept
--
-- Answers {0} when it was published; {1, epoch, offset, mark} or {1} when one had been before; {-1, error}.

local result = KEYS[1]

local function publish()
  local before = redis.call('GET', result)
  if before then
    local offset, mark, epoch = string.match(before, '^(%d+) (%d+) (.+)$')
    return offset and { 1, epoch, offset, mark } or { 1 }
  end
  redis.call('SET', result, '', 'PX', ARGV[3])
  local published = redis.pcall('PUBLISH', ARGV[2], ARGV[1])
  if type(published) == 'table' and published.err then
    redis.call('DEL', result)
    error(published)
  end
  return { 0 }
end

-- An error reply would take the answers of all other commands of a batch with it.
local done, answer = pcall(publish)
if done then
  return answer
end
return { -1, type(answer) == 'table' and answer.err or tostring(answer) }
