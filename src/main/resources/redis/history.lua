-- Reads a part of a channel's history, and how far it has come. A channel without an epoch gets one.
--
-- KEYS[1]  meta: hash with e = epoch, s = offset of the newest publication, t = its mark
-- KEYS[2]  stream: entries offset-mark with the fields m = envelope without position, p = mark of the publication before
-- ARGV[1]  epoch for a stream that is to begin anew
-- ARGV[2]  milliseconds that meta is kept
-- ARGV[3]  most entries, 0 = only the position
-- ARGV[4]  epoch of which entries are wanted; "" = any
-- ARGV[5]  offset behind which they are, before which in reverse; "" = all
-- ARGV[6]  1 = newest first
--
-- Answers {0, epoch, offset, mark, entries}, entries as XRANGE has them; {-1, error}.

local meta, stream = KEYS[1], KEYS[2]

-- Numbers as text: Lua's own way stops at 14 digits.
local function decimal(number)
  return string.format('%.0f', number)
end

local function entries(top)
  local since = tonumber(ARGV[5])
  if ARGV[6] == '1' then
    local last = since and math.min(top, since - 1) or top
    return last < 1 and {} or redis.call('XREVRANGE', stream, decimal(last), '-', 'COUNT', ARGV[3])
  end
  local first = since and since + 1 or 1
  return first > top and {} or redis.call('XRANGE', stream, decimal(first), decimal(top), 'COUNT', ARGV[3])
end

local function read()
  local held = redis.call('HMGET', meta, 'e', 's', 't')
  local epoch, top, mark = held[1], tonumber(held[2] or 0), held[3] or '0'
  if not epoch then
    epoch, top, mark = ARGV[1], 0, '0'
    redis.call('HSET', meta, 'e', epoch)
    redis.call('DEL', stream)
  end
  -- Where Redis takes no writes it may still be read.
  redis.pcall('PEXPIRE', meta, ARGV[2])
  local page = {}
  if ARGV[3] ~= '0' and (ARGV[4] == '' or ARGV[4] == epoch) then
    page = entries(top)
  end
  return { 0, epoch, decimal(top), mark, page }
end

-- An error reply would take the answers of all other commands of a batch with it.
local done, answer = pcall(read)
if done then
  return answer
end
return { -1, type(answer) == 'table' and answer.err or tostring(answer) }
