package cache

import "github.com/redis/go-redis/v9"

// What Redis holds, under the prefix and the epoch:
//
//	state      a hash: inc, which names all values since Redis was last found empty; log and applied, the position before which
//	           all changes were deleted here; for each entry an era, which a change of all its keys raises
//	session    for each replica, how often it has deleted: its proof that Redis has not lost any of that
//	values     under inc: see item.go
//
// Each script is atomic, and takes all its keys in KEYS. In a Cluster they are of one slot: the prefix is a hash tag.

// readScript reads values, and takes out leases for those that are not there.
//
//	KEYS  state, session, values…
//	ARGV  inc, the name of the entry's era, ticket, how long the lease lasts (ms)
//	→     inc, session, era, values…: each a value, 'L' where the lease was taken out, or nil where somebody else has it
var readScript = redis.NewScript(`
local state = redis.call('HMGET', KEYS[1], 'inc', ARGV[2])
local session = redis.call('GET', KEYS[2])
local era = state[2] or '0'
if state[1] ~= ARGV[1] or not session then return {state[1], session, era} end
local keys = {}
for i = 3, #KEYS do keys[i - 2] = KEYS[i] end
local found = redis.call('MGET', unpack(keys))
local answer = {state[1], session, era}
for i = 1, #keys do
	local value, kind = found[i], found[i] and string.sub(found[i], 1, 1)
	if kind == 'V' and string.sub(value, 10, 10 + #era) == era .. ':' then
		answer[i + 3] = value
	elseif kind == 'L' then
		answer[i + 3] = false
	else
		local taken = redis.pcall('SET', keys[i], 'L' .. ARGV[3], 'PX', ARGV[4])
		answer[i + 3] = taken.ok and 'L' or false
	end
end
return answer
`)

// fillScript writes a value in the place of what carries a ticket: a lease, or the value that is being refreshed.
//
//	KEYS  value
//	ARGV  ticket, value, how long it lasts (ms)
var fillScript = redis.NewScript(`
if redis.call('GETRANGE', KEYS[1], 1, 8) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`)

// deleteScript deletes what changed, if the replica's proof is what it should be. A Redis that is full lets a script write that has
// deleted before.
//
//	KEYS  state, session, values…
//	ARGV  inc, the position before which everything is deleted then, what session must be ('' for none yet), what it becomes, how
//	      long session lasts (ms), how long state lasts (ms), the names of eras to raise…
//	→     {1}, or {0} where Redis has lost something
var deleteScript = redis.NewScript(`
local function below(a, b) return #a < #b or (#a == #b and a < b) end
local state = redis.call('HMGET', KEYS[1], 'inc', 'applied')
local session = redis.call('GET', KEYS[2]) or ''
if state[1] ~= ARGV[1] or session ~= ARGV[3] then return {0} end
redis.call('DEL', KEYS[2])
for i = 3, #KEYS do redis.call('DEL', KEYS[i]) end
for i = 7, #ARGV do redis.call('HINCRBY', KEYS[1], ARGV[i], 1) end
if below(state[2], ARGV[2]) then redis.call('HSET', KEYS[1], 'applied', ARGV[2]) end
redis.call('SET', KEYS[2], ARGV[4], 'PX', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return {1}
`)

// joinScript finds the state, or begins one: values from before, if any, are not found any more then.
//
//	KEYS  state
//	ARGV  inc, log and applied of a new state, how long it lasts (ms)
//	→     inc, log, applied, and 1 where the state is new
var joinScript = redis.NewScript(`
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local isNew = redis.call('HSETNX', KEYS[1], 'inc', ARGV[1]) == 1
if isNew then
	redis.call('HSET', KEYS[1], 'log', ARGV[2], 'applied', ARGV[3])
	redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
local state = redis.call('HMGET', KEYS[1], 'inc', 'log', 'applied')
return {state[1], state[2], state[3], isNew and 1 or 0}
`)
