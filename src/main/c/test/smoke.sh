#!/bin/sh
# enter, with real namespaces, as whoever runs this. Skips kindly where ids cannot be mapped; BERTH_MUST_WORK=1 forbids that.
set -u
init=$1
skip() {
  echo "berth-init smoke test skipped: $1"
  [ "${BERTH_MUST_WORK:-0}" = 1 ] && exit 1
  exit 0
}
fail() {
  echo "berth-init smoke test FAILED: $1" >&2
  exit 1
}
[ "$("$init" enter --single -- sh -c 'id -u; sed "s/  */ /g" /proc/self/uid_map')" = "0
 0 $(id -u) 1" ] || skip "no user namespaces here"
"$init" enter --single -- sh -c 'exit 7'
[ $? = 7 ] || fail "the exit code is not the program's"
"$init" enter --single -- /nonexistent 2>/dev/null
[ $? = 127 ] || fail "a missing program is not 127"
"$init" enter --single 2>/dev/null
[ $? = 125 ] || fail "a missing program argument is not 125"
"$init" enter --frobnicate x -- true 2>/dev/null
[ $? = 125 ] || fail "an unknown option is not 125"
for wrong in "--uid-map" "--single --as 1 -- true" "-- true" "--uid-map 0:0 --gid-map 0:0:1 -- true" "--join 1 -- true" "--single --groups x --as 1:1 -- true"; do
  said=$("$init" enter $wrong 2>&1)
  [ $? = 125 ] && [ "$(echo "$said" | wc -l)" = 1 ] || fail "enter $wrong is not refused in one sentence: $said"
done
# Where no user namespace may be made, the helper that would map ids goes as well: it would hold the pipe of the outer $() open.
said=$(timeout -s KILL 20 sh -c 'echo "$(unshare -Ur sh -c "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$0\" enter --uid-map 0:0:1 --gid-map 0:0:1 -- true" 2>&1; echo " $?")"' "$init")
echo "$said" | grep -q 'max_user_namespaces is reached' && [ "$(echo "$said" | tail -n 1)" = " 125" ] ||
  fail "a refused user namespace is not told, or the helper stays: $said"
# What the lookout sees is Java's test.
"$init" enter --single --lookout -- sh -c 'readlink "/proc/self/fd/$BERTH_LOOKOUT" | grep -q socket' ||
  fail "the program does not get the lookout's socket"
pid=$(sh -c 'echo $$; exec "$0" enter --single -- sh -c "echo \$\$"' "$init")
[ "$(echo "$pid" | sed -n 1p)" = "$(echo "$pid" | sed -n 2p)" ] || fail "enter does not keep its pid"
before=$(readlink /proc/self/ns/mnt)
"$init" enter --single -- sh -c 'mount -t tmpfs none /mnt' || fail "uid 0 of U1 cannot mount"
grep -q ' /mnt tmpfs' /proc/self/mountinfo && fail "a mount came out of U1 ($before)"
echo "berth-init smoke test: passed"

# Real containers, where this machine has what they are made of.
temp=$(mktemp -d /tmp/berth-init-live-XXXXXX) || exit 1
trap 'rm -rf "$temp"' EXIT
trap 'exit 1' HUP INT PIPE TERM
# The user whom root becomes may not look into the folder of the build.
cp "$init" "$temp/berth-init" && cp "$2" "$temp/live" || exit 1
init=$temp/berth-init live=$temp/live
busybox=$(command -v busybox) || skip "no busybox to make a root file system of"
mkdir -p "$temp/root/bin" "$temp/root/etc" "$temp/root/tmp" "$temp/root/run"
cp "$busybox" "$temp/root/bin/busybox"
for name in $("$busybox" --list); do ln -s busybox "$temp/root/bin/$name" 2>/dev/null; done
echo text > "$temp/root/etc/text"
printf '\177NOPROGRAM' > "$temp/root/etc/garbage"; chmod 755 "$temp/root/etc/garbage"
mkdir "$temp/single"
"$init" enter --single -- "$live" "$init" "$temp/root" "$temp/single" || fail "a container with one id"
# As root the containers are those of the first user with subordinate ids, entered as the service does it for root.
as= user=$(id -un)
if [ "$(id -u)" = 0 ]; then
  user=$(while IFS=: read -r name rest; do id -u "$name" >/dev/null 2>&1 && echo "$name" && break; done < /etc/subuid)
  [ -n "$user" ] || skip "no user with subordinate ids in /etc/subuid"
  as="--as $(id -u "$user"):$(id -g "$user")"
fi
range() { sed -n "s/^$user:\([0-9]*\):\([0-9]*\)$/1:\1:\2/p" "/etc/$1" | head -n 1; }
[ -n "$(range subuid)" ] && [ -n "$(range subgid)" ] || skip "no subordinate ids for $user in /etc/subuid and /etc/subgid"
mkdir "$temp/many"
chmod 755 "$temp"
chown -R "$user" "$temp" || exit 1
"$init" enter $as --uid-map "0:$(id -u "$user"):1" --uid-map "$(range subuid)" --gid-map "0:$(id -g "$user"):1" --gid-map "$(range subgid)" \
  -- "$live" "$init" "$temp/root" "$temp/many" || fail "a container with subordinate ids"

# A second service joins the user namespace of a process of the first, by its start time, and no other.
"$init" enter $as --uid-map "0:$(id -u "$user"):1" --uid-map "$(range subuid)" --gid-map "0:$(id -g "$user"):1" --gid-map "$(range subgid)" \
  -- sh -c 'readlink /proc/self/ns/user > "$0/ns"; exec sleep 60' "$temp/many" &
first=$!
tries=0
while [ ! -s "$temp/many/ns" ] && [ $tries -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
sleep 0.1
started=$(sed 's/.*) //' "/proc/$first/stat" | cut -d' ' -f20)
joined=$("$init" enter $as --join "$first:$started" -- readlink /proc/self/ns/user)
"$init" enter $as --join "$first:$((started + 1))" -- true 2>/dev/null
wrong=$?
"$init" enter $as --join "$$:$(sed 's/.*) //' /proc/$$/stat | cut -d' ' -f20)" -- true 2>/dev/null
own=$?
kill "$first"
[ "$joined" = "$(cat "$temp/many/ns")" ] || fail "a second service does not join the first one's user namespace"
[ $wrong = 125 ] || fail "a process with another start time is joined"
[ $own = 125 ] || fail "the machine's own user namespace is joined"
echo "berth-init live test: passed"
