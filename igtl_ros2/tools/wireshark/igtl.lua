-- OpenIGTLink for Wireshark: written by `igtl dissector`, do not edit.
-- Use it with `tshark -X lua_script:igtl.lua`, or put it where Wireshark looks for
-- personal Lua plugins (Help, About, Folders). Wireshark 3.6 and newer.

local igtl = Proto("igtl", "OpenIGTLink")

-- What lies where, from the declarations of the codec.
--@declarations@

local HEADER_SIZE = DECLARED.header.size
local MAX_DEPTH = 4 -- of BIND in BIND
local MAX_BODY = 2 ^ 31
local UDP = 3 -- of pinfo.port_type

igtl.prefs.ports = Pref.range("TCP and UDP ports", "18944", "Ports that OpenIGTLink is expected on", 65535)
igtl.prefs.heuristic = Pref.bool(
    "Find it on other ports", true, "Look at the first bytes of every TCP connection")
igtl.prefs.max_values = Pref.uint(
    "Values shown of a list", 256, "More of them are shown as bytes")
igtl.prefs.max_crc = Pref.uint(
    "Check CRC of bodies up to (bytes)", 4194304, "It takes about a second for each 10 MB")

-- fields, all named after those of the codec --------------------------------

local F = {}
local list = {}

local MAKERS = {
    u1 = ProtoField.uint8, u2 = ProtoField.uint16, u4 = ProtoField.uint32,
    i1 = ProtoField.int8, i2 = ProtoField.int16, i4 = ProtoField.int32,
    f4 = ProtoField.float, f8 = ProtoField.double,
}

local function declare(key, form, codes)
    local abbrev, name = "igtl." .. key, key:match("[^.]+$")
    if F[key] then return end
    local first = form:sub(1, 1)
    if first == "S" then
        F[key] = ProtoField.string(abbrev, name)
    elseif form == "bytes" then
        F[key] = ProtoField.bytes(abbrev, name)
    elseif form == "u8" then
        F[key] = ProtoField.uint64(abbrev, name, codes == "hex" and base.HEX or base.DEC)
    elseif form == "i8" then
        F[key] = ProtoField.int64(abbrev, name)
    elseif first == "f" then
        F[key] = MAKERS[form](abbrev, name)
    else
        F[key] = MAKERS[form](abbrev, name, base.DEC, type(codes) == "table" and codes or nil)
    end
    list[#list + 1] = F[key]
end

for _, field in ipairs(DECLARED.fields) do declare(field[1], field[2], field[3]) end

local function own(key, field)
    F[key] = field
    list[#list + 1] = field
end

own("time", ProtoField.absolute_time("igtl.time", "time", base.UTC))
own("crc.status", ProtoField.uint8("igtl.crc.status", "crc status", base.DEC,
    { [0] = "Bad", [1] = "Good", [2] = "Not checked" }))
own("metadata.key", ProtoField.string("igtl.metadata.key", "key"))
own("metadata.value", ProtoField.string("igtl.metadata.value", "value"))
own("content", ProtoField.bytes("igtl.content", "content"))
own("undecoded", ProtoField.bytes("igtl.undecoded", "not understood"))
igtl.fields = list

local E = {
    crc = ProtoExpert.new(
        "igtl.bad_crc", "CRC-64 of the body is wrong", expert.group.CHECKSUM, expert.severity.ERROR),
    malformed = ProtoExpert.new(
        "igtl.malformed", "Not what its type promises", expert.group.MALFORMED, expert.severity.ERROR),
    bare = ProtoExpert.new(
        "igtl.bare", "Header version 2 or 3 without an extended header",
        expert.group.PROTOCOL, expert.severity.WARN),
    large = ProtoExpert.new(
        "igtl.large", "A body too large to be true", expert.group.MALFORMED, expert.severity.ERROR),
}
igtl.experts = { E.crc, E.malformed, E.bare, E.large }

-- CRC-64 of ECMA-182, in two halves of 32 bits ------------------------------

local HIGH, LOW = {}, {}
for byte = 0, 255 do
    local high, low = bit.lshift(byte, 24), 0
    for _ = 1, 8 do
        local carry = high < 0 -- numbers of this library have a sign
        high = bit.bor(bit.lshift(high, 1), bit.rshift(low, 31))
        low = bit.lshift(low, 1)
        if carry then
            high, low = bit.bxor(high, DECLARED.crc_high), bit.bxor(low, DECLARED.crc_low)
        end
    end
    HIGH[byte], LOW[byte] = high, low
end

local function crc64(tvb, start, size)
    local high, low = 0, 0
    local bxor, bor, lshift, rshift = bit.bxor, bit.bor, bit.lshift, bit.rshift
    for place = start, start + size - 1, 4096 do
        local bytes = tvb:raw(place, math.min(4096, start + size - place))
        for n = 1, #bytes do
            local index = bxor(rshift(high, 24), bytes:byte(n))
            high = bxor(bor(lshift(high, 8), rshift(low, 24)), HIGH[index])
            low = bxor(lshift(low, 8), LOW[index])
        end
    end
    return high % 4294967296, low % 4294967296
end

-- values --------------------------------------------------------------------

local SIZES = { u1 = 1, u2 = 2, u4 = 4, u8 = 8, i1 = 1, i2 = 2, i4 = 4, i8 = 8, f4 = 4, f8 = 8 }

local function text_of(range, charset)
    local encoding = 0
    for _, name in ipairs(charset or { "ENC_UTF_8" }) do
        -- what this Wireshark does not know
        if not _G[name] then return range:string(ENC_UTF_8) end
        encoding = encoding + _G[name]
    end
    return range:string(encoding)
end

-- everything before the first NUL
local function cut(tvb, offset, size)
    if size == 0 then return "" end
    local stop = tvb:raw(offset, size):find("\0", 1, true)
    local length = stop and stop - 1 or size
    if length == 0 then return "" end
    return text_of(tvb(offset, length))
end

local function uint(r) return r:uint() end
local function int(r) return r:int() end
local function float(r) return r:float() end
local function le_uint(r) return r:le_uint() end
local function le_int(r) return r:le_int() end
local function le_float(r) return r:le_float() end
local READERS = {
    u1 = uint, u2 = uint, u4 = uint, u8 = function(r) return r:uint64() end,
    i1 = int, i2 = int, i4 = int, i8 = function(r) return r:int64() end, f4 = float, f8 = float,
}
local LITTLE = {
    u1 = uint, u2 = le_uint, u4 = le_uint, i1 = int, i2 = le_int, i4 = le_int,
    f4 = le_float, f8 = le_float,
}

local function number(value)
    return type(value) == "userdata" and value:tonumber() or value
end

-- parts ---------------------------------------------------------------------

-- State of a content that is looked at: tvb, place, stop, tree, key, values (of fields), depth.
local parts = {}

local function fail(state, text)
    state.tree:add_proto_expert_info(E.malformed, text)
    state.failed = true
end

local function room(state) return state.stop - state.place end

local function lacks(state, name, size)
    if size <= room(state) then return false end
    fail(state, name .. ": " .. size .. " bytes in " .. room(state))
    return true
end

-- says that not all of so many, each of a size, are shown
local function add_more(state, tree, place, size, count, shown)
    if count > shown then
        tree:add(igtl, state.tvb(place + shown * size, (count - shown) * size),
            "and " .. (count - shown) .. " more")
    end
end

-- fields that are not shown
local function row_of(state, part, place)
    local row = {}
    for _, field in ipairs(part.fields) do
        local form, at = field[2], place + field[4]
        if form:sub(1, 1) == "S" then
            row[field[1]] = cut(state.tvb, at, tonumber(form:sub(2)))
        else
            row[field[1]] = READERS[form](state.tvb(at, SIZES[form]))
        end
    end
    return row
end

local function add_field(state, tree, key, field, base_place)
    local name, form, count, offset = field[1], field[2], field[3], field[4]
    local place, size = base_place + offset, form:sub(1, 1) == "S" and tonumber(form:sub(2)) or SIZES[form]
    local full = key .. "." .. name
    local value
    if form:sub(1, 1) == "S" then
        value = cut(state.tvb, place, size)
        tree:add(F[full], state.tvb(place, size), value)
        return value
    end
    local where = tree
    if count > 1 then where = tree:add(igtl, state.tvb(place, size * count), name) end
    for n = 0, count - 1 do
        local range = state.tvb(place + n * size, size)
        value = READERS[form](range)
        where:add(F[full], range, value)
    end
    return value
end

function parts.record(state, part)
    if room(state) < part.size then
        return fail(state, room(state) .. " bytes, wanted " .. part.size)
    end
    for _, field in ipairs(part.fields) do
        state.values[field[1]] = add_field(state, state.tree, state.key, field, state.place)
    end
    state.place = state.place + part.size
end

local function count_of(state, part, size)
    local count
    if part.counted then
        count = number(state.values[part.counted] or 0)
    else
        count = math.floor(room(state) / size)
    end
    if count * size > room(state) then
        fail(state, part.name .. ": " .. count .. " of " .. size .. " bytes in " .. room(state))
        return nil
    end
    return count
end

function parts.each(state, part)
    local count = count_of(state, part, part.size)
    if not count then return end
    local rows, shown = {}, math.min(count, igtl.prefs.max_values)
    for n = 0, shown - 1 do
        local place, tree = state.place + n * part.size, state.tree
        if #part.fields > 1 then
            tree = tree:add(igtl, state.tvb(place, part.size), part.name .. "[" .. n .. "]")
        end
        local row = {}
        for _, field in ipairs(part.fields) do
            row[field[1]] = add_field(state, tree, state.key, field, place)
        end
        if type(row.name) == "string" then tree:append_text(" " .. row.name) end
        rows[n + 1] = row
    end
    -- children of a BIND are found by all of them
    for n = shown, part.needed and count - 1 or -1 do
        rows[n + 1] = row_of(state, part, state.place + n * part.size)
    end
    add_more(state, state.tree, state.place, part.size, count, shown)
    state.values[part.name] = rows
    state.place = state.place + count * part.size
end

local function add_numbers(state, tree, field, form, endian, place, count)
    local size = form == "c16" and 8 or SIZES[form]
    if form == "c16" then form, count = "f8", count * 2 end -- real and imaginary parts by turns
    local reader = (endian == 2 and LITTLE or READERS)[form]
    local shown = math.min(count, igtl.prefs.max_values)
    for n = 0, shown - 1 do
        local range = state.tvb(place + n * size, size)
        tree:add(F[field], range, reader(range))
    end
    add_more(state, tree, place, size, count, shown)
end

function parts.numbers(state, part)
    local form = part.form
    local full = state.key .. "." .. part.name
    if part.codes then
        form = part.codes[number(state.values[form] or 0)]
        if not form then return fail(state, part.name .. ": no such type of numbers") end
    end
    local size = form == "c16" and 16 or SIZES[form]
    local count = count_of(state, part, size)
    if not count or count == 0 then return end
    local range = state.tvb(state.place, count * size)
    local tree, field = state.tree, full
    if part.codes then
        tree = tree:add(F[full], range)
        field = full .. ".value"
    else
        tree = tree:add(igtl, range, part.name)
    end
    add_numbers(state, tree, field, form, part.endian and state.values[part.endian], state.place, count)
    state.place = state.place + count * size
end

function parts.text(state, part)
    local size = room(state)
    if part.size then
        size = number(state.values[part.size] or 0)
        if lacks(state, part.name, size) then return end
    end
    local text = ""
    if size > 0 then
        if part.encoding then
            local charset = DECLARED.charsets[state.values[part.encoding]]
            text = text_of(state.tvb(state.place, size), charset)
        else
            text = cut(state.tvb, state.place, size)
        end
    end
    state.tree:add(F[state.key .. "." .. part.name], state.tvb(state.place, size), text)
    state.place = state.place + size
end

function parts.rest(state, part)
    if room(state) > 0 then
        state.tree:add(F[state.key .. "." .. part.name], state.tvb(state.place, room(state)))
    end
    state.place = state.stop
end

function parts.lists(state, part)
    local count, size = state.values[part.counted], state.values[part.size]
    if lacks(state, part.name, size) then return end
    if size == 0 then return end
    local stop = state.place + size
    local tree = state.tree:add(igtl, state.tvb(state.place, size), part.name)
    local field, place = F[state.key .. "." .. part.name], state.place
    for n = 0, math.min(count, igtl.prefs.max_values) - 1 do
        if place + 4 > stop then return fail(state, part.name .. ": less than " .. count) end
        local length = state.tvb(place, 4):uint()
        if place + 4 + 4 * length > stop then
            return fail(state, part.name .. "[" .. n .. "]: " .. length .. " indices")
        end
        local one = tree:add(igtl, state.tvb(place, 4 + 4 * length),
            part.name .. "[" .. n .. "] of " .. length)
        for i = 1, math.min(length, igtl.prefs.max_values) do
            one:add(field, state.tvb(place + 4 * i, 4))
        end
        place = place + 4 + 4 * length
    end
    if count > igtl.prefs.max_values then
        tree:add(igtl, state.tvb(place, stop - place), "and more")
    end
    state.place = stop
end

function parts.attributes(state, part)
    local count = count_of(state, part, part.size)
    if not count or count == 0 then return end
    local key = state.key .. "." .. part.name
    local rows, total, place = {}, 0, state.place
    local heads = place
    for n = 0, count - 1 do
        local row = row_of(state, part, place)
        rows[n + 1], place = row, place + part.size
        total = total + 4 * row.components * row.rows
    end
    local data = state.stop - total
    if data < place then
        return fail(state, part.name .. ": " .. total .. " bytes of values in " .. (state.stop - place))
    end
    for n = 0, count - 1 do
        local row = rows[n + 1]
        local size = 4 * row.components * row.rows
        local name, length = "", data - place
        if length > 0 then
            name = cut(state.tvb, place, length)
            local stop = state.tvb:raw(place, length):find("\0", 1, true)
            length = stop or length
        end
        local tree = state.tree:add(igtl, state.tvb(heads + n * part.size, part.size),
            part.name .. "[" .. n .. "] " .. name)
        for _, field in ipairs(part.fields) do
            add_field(state, tree, key, field, heads + n * part.size)
        end
        tree:add(F[key .. ".name"], state.tvb(place, length), name)
        if size > 0 then
            add_numbers(state, tree, key .. ".values", "f4", nil, data, row.components * row.rows)
        end
        place, data = place + length, data + size
    end
    state.place = state.stop
end

function parts.names(state, part)
    local size = state.values[part.size]
    if lacks(state, part.name, size) then return end
    local stop, place, found = state.place + size, state.place, {}
    local raw = size > 0 and state.tvb:raw(place, size) or ""
    local from = 1
    while true do
        local nul = raw:find("\0", from, true)
        if not nul or #found >= (state.values.count or 0) then break end
        local name = nul > from and text_of(state.tvb(place + from - 1, nul - from)) or ""
        state.tree:add(F[state.key .. "." .. part.name], state.tvb(place + from - 1, nul - from + 1), name)
        found[#found + 1] = name
        from = nul + 1
    end
    state.values[part.name] = found
    state.place = stop
end

local dissect_content

function parts.contents(state, part)
    local rows, names = state.values[part.of] or {}, state.values.names or {}
    for n, row in ipairs(rows) do
        local size = number(row.size)
        local name = part.name .. "[" .. (n - 1) .. "]"
        if lacks(state, name, size) then return end
        local tree = state.tree:add(igtl, state.tvb(state.place, size),
            name .. " " .. row.type_name .. " " .. (names[n] or ""))
        if state.depth >= MAX_DEPTH then
            return fail(state, "BIND in BIND, more than " .. MAX_DEPTH .. " deep")
        end
        dissect_content(state.tvb, state.place, size, tree, row.type_name, state.depth + 1)
        -- some peers omit the padding of the last one
        state.place = math.min(state.stop, state.place + size + size % 2)
    end
end

function dissect_content(tvb, place, size, tree, type_name, depth)
    local key = DECLARED.types[type_name]
    if not key then
        if size > 0 then tree:add(F["content"], tvb(place, size)) end
        return
    end
    local state = {
        tvb = tvb, place = place, stop = place + size, tree = tree, key = key,
        values = {}, depth = depth,
    }
    for n, part in ipairs(DECLARED.contents[key]) do
        -- it may end before any part; what follows then may still be an empty text
        if state.failed or room(state) == 0 and n > 1 and part.kind ~= "text" then break end
        parts[part.kind](state, part)
    end
    if room(state) > 0 then
        tree:add(F["undecoded"], tvb(state.place, room(state)))
        if not state.failed then
            tree:add_proto_expert_info(E.malformed, room(state) .. " bytes behind the content")
        end
    end
end

-- frame ---------------------------------------------------------------------

local function add_metadata(tvb, place, index_size, metadata_size, tree)
    local all = tree:add(igtl, tvb(place, index_size + metadata_size), "metadata")
    if index_size < 2 then return end
    local count = tvb(place, 2):uint()
    all:add(F["metadata.count"], tvb(place, 2))
    if DECLARED.index.size + DECLARED.entry.size * count > index_size then
        return all:add_proto_expert_info(E.malformed, count .. " entries of metadata do not fit")
    end
    local data, stop = place + index_size, place + index_size + metadata_size
    for n = 0, count - 1 do
        local head = place + 2 + 8 * n
        local key_size, encoding, value_size =
            tvb(head, 2):uint(), tvb(head + 2, 2):uint(), tvb(head + 4, 4):uint()
        if data + key_size + value_size > stop then
            return all:add_proto_expert_info(E.malformed, "metadata ends before entry " .. n)
        end
        local key = key_size > 0 and text_of(tvb(data, key_size)) or ""
        local value = value_size > 0
            and text_of(tvb(data + key_size, value_size), DECLARED.charsets[encoding]) or ""
        local one = all:add(igtl, tvb(data, key_size + value_size), key .. ": " .. value)
        one:add(F["metadata.key_size"], tvb(head, 2))
        one:add(F["metadata.encoding"], tvb(head + 2, 2))
        one:add(F["metadata.value_size"], tvb(head + 4, 4))
        one:add(F["metadata.key"], tvb(data, key_size), key)
        one:add(F["metadata.value"], tvb(data + key_size, value_size), value)
        data = data + key_size + value_size
    end
end

-- gives where the content begins, and its size
local function split_body(tvb, version, size, tree)
    if version == 1 or size == 0 then return HEADER_SIZE, size end
    local extended = DECLARED.extended
    if size >= extended.size then
        local e = tvb(HEADER_SIZE, 2):uint()
        local index_size, metadata_size =
            tvb(HEADER_SIZE + 2, 2):uint(), tvb(HEADER_SIZE + 4, 4):uint()
        if e >= extended.size and e + index_size + metadata_size <= size then
            local state = { tvb = tvb }
            local head = tree:add(igtl, tvb(HEADER_SIZE, e), "extended header")
            for _, field in ipairs(extended.fields) do
                add_field(state, head, "extended", field, HEADER_SIZE)
            end
            local rest = index_size + metadata_size
            if rest > 0 then
                add_metadata(tvb, HEADER_SIZE + size - rest, index_size, metadata_size, tree)
            end
            return HEADER_SIZE + e, size - e - rest
        end
    end
    tree:add_proto_expert_info(E.bare)
    if version == 3 and size >= 2 and tvb(HEADER_SIZE, 2):uint() == 0 then
        return HEADER_SIZE + 2, size - 2
    end
    return HEADER_SIZE, size
end

local function add_crc(tvb, size, tree)
    local place = HEADER_SIZE - 8
    local status = 2
    if size <= igtl.prefs.max_crc then
        local high, low = crc64(tvb, HEADER_SIZE, size)
        status = (high == tvb(place, 4):uint() and low == tvb(place + 4, 4):uint()) and 1 or 0
    end
    local item = tree:add(F["crc.status"], tvb(place, 8), status)
    item:set_generated()
    if status == 0 then tree:add_proto_expert_info(E.crc) end
end

local function add_time(tvb, place, tree)
    local seconds, fraction = tvb(place, 4):uint(), tvb(place + 4, 4):uint()
    if seconds == 0 and fraction == 0 then return end
    local ns = (UInt64.new(fraction) * UInt64.new(1000000000)):rshift(32):tonumber()
    local time = NSTime.new(seconds, ns)
    tree:add(F["time"], tvb(place, 8), time):set_generated()
end

local function body_size(tvb, offset)
    return tvb(offset + DECLARED.size_offset, 8):uint64():tonumber()
end

local function dissect_message(tvb, pinfo, root)
    local size = tvb:len() - HEADER_SIZE
    local version = tvb(0, 2):uint()
    local type_name, device = cut(tvb, 2, 12), cut(tvb, 14, 20)
    pinfo.cols.protocol = "IGTL"
    pinfo.cols.info:append((pinfo.private["igtl_count"] and ", " or "") .. type_name .. " " .. device)
    pinfo.private["igtl_count"] = "1"
    local tree = root:add(igtl, tvb(), "OpenIGTLink, " .. type_name .. " " .. device)
    local head = tree:add(igtl, tvb(0, HEADER_SIZE), "header")
    local state = { tvb = tvb }
    for _, field in ipairs(DECLARED.header.fields) do
        add_field(state, head, "header", field, 0)
        if field[1] == "timestamp" then add_time(tvb, field[4], head) end
    end
    if body_size(tvb, 0) >= MAX_BODY then
        head:add_proto_expert_info(E.large)
        return tvb:len()
    end
    add_crc(tvb, size, head)
    local place, content_size = split_body(tvb, version, size, tree)
    local where = tree
    if content_size > 0 then
        where = tree:add(igtl, tvb(place, content_size), type_name)
    end
    dissect_content(tvb, place, content_size, where, type_name, 1)
    return tvb:len()
end

local function length_of(tvb, pinfo, offset)
    local body = body_size(tvb, offset)
    if body >= MAX_BODY then return HEADER_SIZE end -- nothing behind it can be found
    return HEADER_SIZE + body
end

-- whether bytes may be the beginning of a message
local function may_be(tvb)
    if tvb:len() < 14 then return false end
    local version = tvb(0, 2):uint()
    if version < 1 or version > 3 then return false end
    local name = tvb:raw(2, 12)
    local text = name:match("^([A-Z][A-Z0-9_]*)\0*$")
    if not text then return false end
    if tvb:len() >= HEADER_SIZE then
        return body_size(tvb, 0) < MAX_BODY
    end
    return DECLARED.types[text] ~= nil
end

-- called as it is: by way of `igtl.dissector` the heuristic could not put segments together
local function dissect(tvb, pinfo, tree)
    pinfo.cols.protocol = "IGTL"
    pinfo.cols.info:clear()
    pinfo.private["igtl_count"] = nil
    if pinfo.port_type == UDP then -- one in each datagram; parts of a large one stay bytes
        if tvb:len() >= HEADER_SIZE and may_be(tvb) and tvb:len() == HEADER_SIZE + body_size(tvb, 0) then
            return dissect_message(tvb, pinfo, tree)
        end
        tree:add(igtl, tvb(), "OpenIGTLink, a part of a message"):add(F["content"], tvb())
        return tvb:len()
    end
    dissect_tcp_pdus(tvb, tree, HEADER_SIZE, length_of, dissect_message)
    return tvb:len()
end

function igtl.dissector(tvb, pinfo, tree) return dissect(tvb, pinfo, tree) end

local function heuristic(tvb, pinfo, tree)
    if not igtl.prefs.heuristic or not may_be(tvb) then return false end
    dissect(tvb, pinfo, tree)
    pinfo.conversation = igtl
    return true
end

local tables = { DissectorTable.get("tcp.port"), DissectorTable.get("udp.port") }
local ports = igtl.prefs.ports
for _, one in ipairs(tables) do one:add(ports, igtl) end
function igtl.prefs_changed()
    if ports == igtl.prefs.ports then return end
    for _, one in ipairs(tables) do
        one:remove(ports, igtl)
        one:add(igtl.prefs.ports, igtl)
    end
    ports = igtl.prefs.ports
end
igtl:register_heuristic("tcp", heuristic)
