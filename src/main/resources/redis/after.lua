-- Reads what came after a position that somebody has heard of this Redis. Where it is not in the stream, or another
-- publication is, Redis has lost what others have seen: the stream gets a new epoch.
--
-- KEYS[1]  meta: hash with e = epoch, s = offset of the newest publication, t = its mark
-- KEYS[2]  stream: entries offset-mark with the fields m = envelope without position, p = mark of the publication before
-- ARGV[1]  epoch for a stream that is to begin anew
-- ARGV[2]  milliseconds that meta is kept
-- ARGV[3]  most entries, at least 1
-- ARGV[4]  epoch, ARGV[5] offset and ARGV[6] mark of the position; a mark of 0 is not compared
--
-- Answers {0, epoch, offset, mark, entries}, entries as XRANGE has them, none when the epoch is not ARGV[4]; {-1, error}.

local meta, stream = KEYS[1], KEYS[2]

-- Numbers as text: Lua's own way stops at 14 digits.
local function decimal(number)
  return string.format('%.0f', number)
end

-- Whether another publication than the known one has its offset.
local function replaced(known, top, mark)
  if ARGV[6] == '0' then
    return false
  end
  if known == top then
    return mark ~= ARGV[6]
  end
  local entry = redis.call('XRANGE', stream, ARGV[5], ARGV[5], 'COUNT', 1)[1]
  if entry then
    return entry[1] ~= ARGV[5] .. '-' .. ARGV[6]
  end
  -- It has been trimmed; the one after it remembers its mark.
  local after = decimal(known + 1)
  entry = redis.call('XRANGE', stream, after, after, 'COUNT', 1)[1]
  return entry and entry[2][3] == 'p' and entry[2][4] ~= ARGV[6]
end

local function read()
  local held = redis.call('HMGET', meta, 'e', 's', 't')
  local epoch, top, mark = held[1], tonumber(held[2] or 0), held[3] or '0'
  local known = tonumber(ARGV[5])
  if not epoch then
    epoch, top, mark = ARGV[1], 0, '0'
    redis.call('HSET', meta, 'e', epoch)
    redis.call('DEL', stream)
  elseif epoch == ARGV[4] and (known > top or replaced(known, top, mark)) then
    epoch = ARGV[1]
    redis.call('HSET', meta, 'e', epoch)
    if #redis.call('XRANGE', stream, decimal(top + 1), '+', 'COUNT', 1) > 0 then
      redis.call('DEL', stream)
    end
  end
  -- Where Redis takes no writes it may still be read.
  redis.pcall('PEXPIRE', meta, ARGV[2])
  local page = {}
  if epoch == ARGV[4] and known < top then
    page = redis.call('XRANGE', stream, decimal(known + 1), decimal(top), 'COUNT', ARGV[3])
  end
  return { 0, epoch, decimal(top), mark, page }
end

-- An error reply would take the answers of all other commands of a batch with it.
local done, answer = pcall(read)
if done then
  return answer
end
return { -1, type(answer) == 'table' and answer.err or tostring(answer) }
