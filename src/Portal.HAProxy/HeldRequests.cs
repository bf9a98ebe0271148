namespace Portal.HAProxy;

/// <summary>
/// Requests that wait instead of being refused: for a replica, where a route says how long, and for a switch. HAProxy has no rule that
/// waits, so this is a few lines of Lua; a request that does not have to wait never comes there.
/// </summary>
internal static class HeldRequests
{
    public const string FileName = "hold.lua";

    // However a switch ends, nobody waits for it any longer than a minute.
    private const string LongestForSwitch = "60000";

    /// <summary>Loaded by the configuration, whose folder is the current one meanwhile; the map is the one that the runtime API changes.</summary>
    public const string Program = $$"""
        -- What is waited for shows at the next look.
        local look = 20

        local pointers = Map.new("{{GatewayFiles.LiveName}}", Map._str)

        core.register_action("wait_for_replica", { "http-req" }, function(txn)
          local left = txn:get_var("txn.hold")
          while left > 0 and txn.f:nbsrv() == 0 do
            core.msleep(look)
            left = left - look
          end
        end, 0)

        core.register_action("wait_for_switch", { "http-req" }, function(txn)
          local group = string.match(txn:get_var("txn.route"), "^[^:]*")
          local pointer = pointers:lookup(group)
          local left = {{LongestForSwitch}}
          while left > 0 and pointer ~= nil and string.sub(pointer, -#"{{LivePointer.HeldMark}}") == "{{LivePointer.HeldMark}}" do
            core.msleep(look)
            left = left - look
            pointer = pointers:lookup(group)
          end
          if pointer ~= nil then
            txn:set_var("txn.pointer", pointer)
          end
        end, 0)

        """;

    /// <summary>In the frontend, once the pointer is known.</summary>
    public static string ForSwitch => $"  http-request lua.wait_for_switch if !preview {{ var(txn.pointer) -m end {LivePointer.HeldMark} }}";

    /// <summary>In each backend: only there can be told whether it has a server.</summary>
    public const string ForReplica = "  http-request lua.wait_for_replica if { var(txn.hold) -m int gt 0 } { nbsrv eq 0 }\n";
}
