# A host outside, of the tests' own: an address on a veth pair whose other end lies in a network namespace, with echo on TCP and UDP
# port 7 and a name server (dev.berth.e2e.TestHostServer). Only root can make one. In a private mount namespace (see `test`) it is also
# the machine's name server, so that names reach containers by the ordinary way.

test_host= test_host_link= test_host_server= test_host_files=

# test_host_up: sets test_host to the address. Wants the tests compiled.
test_host_up() {
    local address=198.51.100.2
    test_host_link=bt$$
    test_host_files=$(mktemp -d)
    chmod 755 "$test_host_files"
    unshare --net "$(type -P java)" -XX:TieredStopAtLevel=1 -cp target/test-classes dev.berth.e2e.TestHostServer "$address" \
        >"$test_host_files/log" 2>&1 &
    test_host_server=$!
    # The namespace is there as soon as it is another one than ours.
    while [[ -e /proc/$test_host_server && $(readlink "/proc/$test_host_server/ns/net") == "$(readlink /proc/self/ns/net)" ]]; do
        sleep 0.05
    done
    ip link add "$test_host_link" type veth peer name eth0 netns "$test_host_server"
    ip address add 198.51.100.1/24 dev "$test_host_link"
    ip link set "$test_host_link" up
    nsenter --target "$test_host_server" --net \
        sh -c "ip link set lo up; ip address add $address/24 dev eth0; ip link set eth0 up"
    for _ in {1..150}; do
        ! grep -q ready "$test_host_files/log" || break
        sleep 0.1
    done
    if ! grep -q ready "$test_host_files/log"; then
        cat "$test_host_files/log" >&2
        echo "the host outside did not start" >&2
        return 1
    fi
    if [[ ${BERTH_TEST_PRIVATE_MOUNTS-} == 1 ]]; then
        echo "nameserver $address" >"$test_host_files/resolv.conf"
        mount --bind "$test_host_files/resolv.conf" "$(readlink -f /etc/resolv.conf)"
    fi
    test_host=$address
}

test_host_down() {
    [[ $test_host_files ]] || return 0
    [[ ! $test_host || ${BERTH_TEST_PRIVATE_MOUNTS-} != 1 ]] || umount "$(readlink -f /etc/resolv.conf)" || true
    kill "$test_host_server" 2>/dev/null || true
    ip link delete "$test_host_link" 2>/dev/null || true
    rm -rf "$test_host_files"
    test_host= test_host_files=
}
