namespace Portal.Lab;

/// <summary>The undo commands, in bash, because they must run when no process of ours is left.</summary>
internal static class UndoScript
{
    /// <summary>What an undo line may call. Each is harmless when there is nothing left to undo.</summary>
    private const string Functions = """
        # end_process PID START: TERM, after five seconds KILL. START (field 22 of /proc/PID/stat) guards against a reused id.
        runs_since() {
          local stat rest
          stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
          rest=${stat##*) }
          set -- $rest "$2"
          [ "$1" != Z ] && [ "${20}" = "${@: -1}" ]
        }
        end_process() {
          local i
          runs_since "$1" "$2" || return 0
          kill -TERM "$1" 2>/dev/null
          for i in {1..100}; do runs_since "$1" "$2" || return 0; sleep 0.05; done
          kill -KILL "$1" 2>/dev/null
          for i in {1..100}; do runs_since "$1" "$2" || return 0; sleep 0.05; done
          return 1
        }
        # end_programs DIR NAME…: programs of these names that have DIR in their arguments: TERM, after ten seconds KILL.
        programs_below() {
          local folder=$1 file pid exe
          shift
          for file in $(grep -lasF -- "$folder/" /proc/[0-9]*/cmdline); do
            pid=${file#/proc/}; pid=${pid%/cmdline}
            exe=$(readlink "/proc/$pid/exe" 2>/dev/null); exe=${exe##*/}
            case " $* " in *" $exe "*) echo "$pid";; esac
          done
        }
        end_programs() {
          local i pids
          pids=$(programs_below "$@"); [ -n "$pids" ] || return 0
          kill -TERM $pids 2>/dev/null
          for i in {1..100}; do pids=$(programs_below "$@"); [ -n "$pids" ] || return 0; sleep 0.1; done
          kill -KILL $pids 2>/dev/null
          for i in {1..50}; do pids=$(programs_below "$@"); [ -n "$pids" ] || return 0; sleep 0.1; done
          return 1
        }
        # engine_processes DIR: an engine's own programs, known by its directory in their arguments.
        engine_processes() {
          local file pid exe
          for file in $(grep -lasF -- "$1/" /proc/[0-9]*/cmdline); do
            pid=${file#/proc/}; pid=${pid%/cmdline}
            exe=$(readlink "/proc/$pid/exe" 2>/dev/null)
            case ${exe##*/} in dockerd|containerd|containerd-shim*|runc) echo "$pid";; esac
          done
        }
        group_folders() { find /sys/fs/cgroup -mindepth 1 -maxdepth 2 -type d -name "$1" 2>/dev/null; }
        group_processes() {
          local folder
          for folder in $(group_folders "$1"); do find "$folder" -name cgroup.procs -exec cat {} + 2>/dev/null; done | sort -un
        }
        # end_engine DIR GROUP: the daemon first, so that it restarts nothing, then shims and what ran in the containers.
        end_engine() {
          local i pids folder
          for i in {1..100}; do
            pids=$(engine_processes "$1")
            [ -n "$pids" ] || pids=$(group_processes "$2")
            [ -n "$pids" ] || break
            kill -KILL $pids 2>/dev/null
            sleep 0.05
          done
          cat "$1"/exec/containerd/daemon/io.containerd.runtime.v2.task/moby/*/address 2>/dev/null |
            tr '\0' '\n' | sed 's#unix://#\n#g' | while read -r socket; do [ -S "$socket" ] && rm -f -- "$socket"; done
          for folder in $(group_folders "$2"); do find "$folder" -depth -type d -exec rmdir {} \; 2>/dev/null; done
          remove_folder "$1"
        }
        # remove_folder DIR: with whatever is mounted below it.
        remove_folder() {
          local mount
          awk '{print $5}' /proc/self/mountinfo | grep -F -- "$1/" | sort -r | while read -r mount; do umount -l -- "$mount" 2>/dev/null; done
          rm -rf --one-file-system -- "$1"
        }
        remove_link() { ! ip link show dev "$1" >/dev/null 2>&1 || ip link del "$1"; }
        remove_namespace() { [ ! -e "/run/netns/$1" ] || ip netns del "$1"; }
        # remove_rule RULE…: from the FORWARD chain, however often it is there.
        remove_rule() { while iptables -w -D FORWARD "$@" 2>/dev/null; do :; done; return 0; }
        # remove_bridges DIR: those of an engine's networks, by the ids in its database; to be run before the folder goes.
        remove_bridges() {
          local name
          for name in $(ip -o link show type bridge | awk -F '[ :@]+' '$2 ~ /^br-/ {print $2}'); do
            if grep -qaF -- "${name#br-}" "$1/data/network/files/local-kv.db" 2>/dev/null; then ip link del "$name"; fi
          done
          return 0
        }
        # restore_firewall POLICY FORWARDING: takes away the engine's chains and rules, which were not there before it.
        restore_firewall() {
          iptables-save | grep -vE 'DOCKER|docker0|br-[0-9a-f]{12}' | iptables-restore -w
          iptables -w -P FORWARD "$1"
          echo "$2" >/proc/sys/net/ipv4/ip_forward
        }
        """;

    /// <summary>Arguments: a log file. Reads "+ID COMMAND" and "-ID" lines, and at the end of its input undoes what is left, last first.</summary>
    public const string Program = "trap '' INT TERM HUP\nexec >>\"$1\" 2>&1\ncd /\n" + Functions + """

        declare -A todo
        while IFS= read -r line; do
          case $line in
            +*) id=${line%% *}; todo[${id#+}]=${line#* };;
            -*) unset "todo[${line#-}]";;
          esac
        done
        failed=0
        for id in $(printf '%s\n' "${!todo[@]}" | sort -rn); do
          eval "${todo[$id]}" || { echo "could not undo: ${todo[$id]}"; failed=1; }
        done
        [ "$failed" = 1 ] || rm -f -- "$1"
        exit "$failed"
        """;
}
