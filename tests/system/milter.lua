-- Run by test_postfix.py with miltertest: the milter without a Postfix in between.
-- Set from outside: port (keeps what is held), mta_port (leaves it to the MTA), eicar (the test string).

function begin(to, sender, address)
    local connection = mt.connect("inet:" .. to .. "@127.0.0.1")
    if connection == nil then error "cannot connect" end
    if mt.conninfo(connection, "client.example.org", address) ~= nil then error "connect" end
    if mt.helo(connection, "client.example.org") ~= nil then error "helo" end
    mt.macro(connection, SMFIC_MAIL, "i", "LUA" .. sender)
    if mt.mailfrom(connection, "<" .. sender .. "@lua.example>") ~= nil then error "mail" end
    if mt.getreply(connection) ~= SMFIR_CONTINUE then error "mail was not taken" end
    if mt.rcptto(connection, "<lab@example.com>") ~= nil then error "rcpt" end
    mt.header(connection, "From", sender .. "@lua.example")
    mt.header(connection, "Subject", "from miltertest")
    mt.header(connection, "Message-ID", "<" .. sender .. "@lua.example>")
    return connection
end

function finish(connection, text)
    if mt.eoh(connection) ~= nil then error "end of headers" end
    if mt.bodystring(connection, text .. "\r\n") ~= nil then error "body" end
    if mt.eom(connection) ~= nil then error "end of message" end
    return mt.getreply(connection)
end

function expect(what, got, wanted)
    if got ~= wanted then error(what .. ": the answer is " .. string.char(got)) end
    mt.echo("passed: " .. what)
end

local clean = begin(port, "clean", "192.0.2.9")
expect("clean mail goes on", finish(clean, "hello"), SMFIR_CONTINUE)
if not mt.eom_check(clean, MT_HDRINSERT, "X-Tocsin-Verdict") then error "no field was inserted" end
mt.disconnect(clean)

local forged = begin(port, "forged", "192.0.2.9")
mt.header(forged, "X-Tocsin-Verdict", "clean")
expect("forged field", finish(forged, "hello"), SMFIR_CONTINUE)
if not mt.eom_check(forged, MT_HDRDELETE, "X-Tocsin-Verdict") then error "the forged field stays" end
mt.disconnect(forged)

local kept = begin(port, "kept", "192.0.2.9")
expect("held here", finish(kept, eicar), SMFIR_DISCARD)
mt.disconnect(kept)

local left = begin(mta_port, "left", "192.0.2.9")
expect("held at the MTA", finish(left, eicar), SMFIR_CONTINUE)
if not mt.eom_check(left, MT_QUARANTINE) then error "no quarantine was asked for" end
mt.disconnect(left)
