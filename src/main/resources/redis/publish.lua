-- Publishes to a channel that keeps history: its offset, its place in the stream and its delivery in one step.
--
-- KEYS[1]   meta: hash with e = epoch, s = offset of the newest publication, t = its mark, v = version, ve = version epoch
-- KEYS[2]   stream: entries offset-mark with the fields m = envelope without position, p = mark of the publication before
-- KEYS[3]   result of the idempotency key: "offset mark epoch", or "" for a publication without position; left out = no key
-- ARGV[1]   envelope without position
-- ARGV[2]   name of the channel in Redis
-- ARGV[3]   epoch for a stream that is to begin anew
-- ARGV[4]   mark of this publication, 1 to 2^32-1
-- ARGV[5]   most entries in the stream
-- ARGV[6]   milliseconds that the stream is kept
-- ARGV[7]   milliseconds that meta is kept
-- ARGV[8]   epoch, ARGV[9] offset and ARGV[10] mark up to which the caller has heard the stream; "" = it has not.
--           A mark of 0 is not compared
-- ARGV[11]  version, 0 = none; ARGV[12] version epoch
-- ARGV[13]  milliseconds that the result is kept
--
-- Answers {0, epoch, offset, mark} of what was published; {1, epoch, offset, mark} or {1} when nothing was, with the
-- position of the first attempt or of the stream; {-1, error}.

local meta, stream, result = KEYS[1], KEYS[2], KEYS[3]

-- Numbers as text: Lua's own way stops at 14 digits.
local function decimal(number)
  return string.format('%.0f', number)
end

local function field(id, content)
  return string.char(id) .. struct.pack('>I4', #content) .. content
end

-- The envelope with its position; see Envelope.java.
local function positioned(envelope, epoch, offset, mark)
  local high = math.floor(offset / 4294967296)
  local fields = field(1, struct.pack('>I4I4', high, offset - high * 4294967296))
    .. field(2, epoch)
    .. field(7, struct.pack('>I4', tonumber(mark)))
  local header = struct.unpack('>I4', envelope, 3)
  return string.sub(envelope, 1, 2) .. struct.pack('>I4', header + #fields) .. fields .. string.sub(envelope, 7)
end

-- Writes meta first: only a command that may be refused for want of memory keeps the others from being carried out.
local function begin(epoch)
  redis.call('HSET', meta, 'e', epoch)
  redis.call('PEXPIRE', meta, ARGV[7])
end

local function remember(epoch, offset, mark)
  if result then
    redis.call('SET', result, offset .. ' ' .. mark .. ' ' .. epoch, 'PX', ARGV[13])
  end
end

local function append(id, before)
  return redis.pcall('XADD', stream, 'MAXLEN', ARGV[5], id, 'm', ARGV[1], 'p', before)
end

local function publish()
  local before = result and redis.call('GET', result)
  if before then
    local offset, mark, epoch = string.match(before, '^(%d+) (%d+) (.+)$')
    return offset and { 1, epoch, offset, mark } or { 1 }
  end

  local held = redis.call('HMGET', meta, 'e', 's', 't', 'v', 've')
  local epoch, top, mark = held[1], tonumber(held[2] or 0), held[3] or '0'
  local heard = tonumber(ARGV[9])
  if not epoch then
    epoch, top, mark = ARGV[3], 0, '0'
    begin(epoch)
    redis.call('DEL', stream)
  elseif epoch == ARGV[8] and (top < heard or (top == heard and ARGV[10] ~= '0' and mark ~= ARGV[10])) then
    epoch = ARGV[3]
    begin(epoch)
    if #redis.call('XRANGE', stream, decimal(top + 1), '+', 'COUNT', 1) > 0 then
      redis.call('DEL', stream)
    end
  end

  local version, last = ARGV[11], held[4]
  if version ~= '0' and last and held[5] == ARGV[12]
    and (#last > #version or (#last == #version and last >= version)) then
    remember(epoch, decimal(top), mark)
    return { 1, epoch, decimal(top), mark }
  end

  local offset = decimal(top + 1)
  local added = append(offset .. '-' .. ARGV[4], mark)
  if type(added) == 'table' and added.err and string.find(added.err, 'equal or smaller', 1, true) then
    -- The stream is ahead of meta, so part of meta was lost: these offsets have been given before.
    epoch = ARGV[3]
    redis.call('DEL', stream)
    added = append(offset .. '-' .. ARGV[4], mark)
  end
  if type(added) == 'table' and added.err then
    error(added)
  end
  redis.call('HSET', meta, 'e', epoch, 's', offset, 't', ARGV[4])
  if version ~= '0' then
    redis.call('HSET', meta, 'v', version, 've', ARGV[12])
  end
  redis.call('PEXPIRE', stream, ARGV[6])
  redis.call('PEXPIRE', meta, ARGV[7])
  redis.call('PUBLISH', ARGV[2], positioned(ARGV[1], epoch, top + 1, ARGV[4]))
  remember(epoch, offset, ARGV[4])
  return { 0, epoch, offset, ARGV[4] }
end

-- An error reply would take the answers of all other commands of a batch with it.
local done, answer = pcall(publish)
if done then
  return answer
end
return { -1, type(answer) == 'table' and answer.err or tostring(answer) }
