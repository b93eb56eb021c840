# What test, bench and soak share. Needs bash 4 and, to install packages, a Debian.

passed=0 failed=0 skipped=0 broken=()
# Options of JUnit's launcher that leave out what has no second meaning as root.
omit=()
must=${BERTH_MUST_WORK:-0}
# The ordinary user of the end-to-end tests, when root runs them.
tester=${BERTH_TEST_USER:-tester}
# How many times longer than usual the tests wait: a machine in an emulator wants ten. Nothing is waited for in vain where it is quick.
patience=${BERTH_TEST_PATIENCE:-1} unhurried=() unhurried_build=()
if [[ $patience != 1 ]]; then
    unhurried=(--config junit.jupiter.execution.timeout.mode=disabled)
    unhurried_build=(-Djunit.jupiter.execution.timeout.mode=disabled)
fi

say() { printf '== %s\n' "$*"; }

install_packages() {
    local needed=(docker-registry skopeo umoci strace busybox-static iproute2 attr libcap2-bin passwd
        golang-github-containers-common chromium fonts-dejavu-core uidmap slirp4netns libseccomp2 debootstrap procps) missing=() name sudo=()
    [[ -x /usr/bin/apt-get ]] || return 0
    for name in "${needed[@]}"; do
        [[ $(dpkg-query -W -f '${Status}' "$name" 2>/dev/null) == *'ok installed' ]] || missing+=("$name")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0
    if [[ $EUID != 0 ]]; then
        sudo=(sudo)
        if ! sudo -n true 2>/dev/null; then
            say "not installed: ${missing[*]}; what needs them is skipped (sudo apt-get install ${missing[*]})"
            return 0
        fi
    fi
    say "installing ${missing[*]}"
    "${sudo[@]}" apt-get -qq update >/dev/null
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get -y -qq --no-install-recommends install "${missing[@]}" >/dev/null
}

# What udev and an administrator have done on a machine of the field: a user with subordinate ids, and an open tun device.
prepare_machine() {
    [[ $EUID == 0 ]] || return 0
    id "$tester" >/dev/null 2>&1 || useradd -m -s /bin/bash "$tester"
    grep -q "^$tester:" /etc/subuid || usermod --add-subuids 1000000-1065535 "$tester"
    grep -q "^$tester:" /etc/subgid || usermod --add-subgids 1000000-1065535 "$tester"
    mkdir -p /dev/net
    [[ -e /dev/net/tun ]] || mknod /dev/net/tun c 10 200
    chmod 666 /dev/net/tun
}

# step TITLE COMMAND…: its output is shown when it fails only.
step() {
    local title=$1 begin=$SECONDS log
    shift
    log=$work/${title//[^a-z]/-}.log
    if "$@" >"$log" 2>&1; then
        say "$title: done in $((SECONDS - begin)) s"
    else
        tail -n 200 "$log"
        say "$title: FAILED after $((SECONDS - begin)) s"
        broken+=("$title")
        [[ $title != "libraries of the tests" ]] || exit 1
    fi
}

# outcome PID LOG: waits for what runs beside the other steps, and says what it said.
outcome() {
    local status=0
    wait "$1" || status=$?
    cat "$2"
    return "$status"
}

# is_empty DIRECTORY: says what is there, and fails, unless nothing is.
is_empty() {
    find "$1" -mindepth 1 | head -n 50 >&2
    [[ ! $(ls -A "$1") ]]
}

tally() {
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

# count DIRECTORY: adds up JUnit's reports, and names what failed or was skipped.
count() {
    local report sums
    compgen -G "$1/*.xml" >/dev/null || return 0
    sums=$(cat "$1"/*.xml | awk '
        function number(name) { return match($0, " " name "=\"[0-9]+\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) + 0 : 0 }
        /<testsuite / { bad = number("failures") + number("errors"); all = number("tests"); no = number("skipped")
            f += bad; s += no; p += all - bad - no }
        END { print p + 0, f + 0, s + 0 }')
    # shellcheck disable=SC2086
    tally $sums
    for report in "$1"/*.xml; do
        awk '/<testcase /{ name = $0; sub(/.* name="/, "", name); sub(/".*/, "", name); class = $0; sub(/.*classname="/, "", class); sub(/".*/, "", class) }
            /<skipped/ { print "   skipped: " class " " name }
            /<(failure|error)[ >]/ { print "   FAILED:  " class " " name }' "$report"
    done
}

# slowest DIRECTORY: the classes that took longest by JUnit's reports, set-up left out.
slowest() {
    compgen -G "$1/*.xml" >/dev/null || return 0
    cat "$1"/*.xml | awk '
        /<testcase / { class = time = $0; sub(/.* classname="/, "", class); sub(/".*/, "", class); sub(/.*[.]/, "", class)
            sub(/.* time="/, "", time); sub(/".*/, "", time); gsub(/,/, "", time); sum[class] += time }
        END { for (class in sum) printf "%.0f %s\n", sum[class], class }' | sort -rn | head -n "${BERTH_TEST_SLOWEST:-8}" |
        awk '{ printf "%s %s %s s", NR == 1 ? "   slowest:" : ",", $2, $1 } END { print "" }'
}

# A host of our own on a veth, with echo services and a name server: only root can make one.
begin_test_host() {
    [[ $EUID == 0 && -f src/test/sh/test-host.bash ]] || return 0
    # shellcheck source=src/test/sh/test-host.bash
    . src/test/sh/test-host.bash
    test_host_up
}

end_test_host() {
    ! declare -F test_host_down >/dev/null || test_host_down
}

# build_previous: the build before this one, for the test of the upgrade, is made from the history in $previous. It is the last one whose
# program differs: of a commit that changes tests only, nothing could be learnt. Kept in target/, for it costs half a minute.
build_previous() {
    local commit
    previous=
    commit=$(git rev-list -n 1 HEAD -- src/main pom.xml 2>/dev/null) || return 0
    if [[ -z $(git status --porcelain -- src/main pom.xml) ]]; then
        commit=$(git rev-parse --verify --quiet "$commit^") || return 0
    fi
    previous=$here/target/previous-$commit
    if [[ ! -f $previous/target/.built ]]; then
        rm -rf "$here"/target/previous-*
        mkdir -p "$previous"
        git archive "$commit" | tar -x -C "$previous"
        if ! (cd "$previous" && mvn -B -q -DskipTests package); then
            previous=
            return 1
        fi
        touch "$previous/target/.built"
    fi
}

# copy_previous DIRECTORY OWNER: readable for another user, and without what only a build needs.
copy_previous() {
    mkdir -p "$1/target"
    cp -rp "$previous/berth" "$previous/pom.xml" "$previous/src" "$1/"
    cp -p "$previous/target/berth.jar" "$previous/target/berth-init" "$1/target/"
    touch "$1/target/.built"
    chown -R "$2:" "$1"
}

# as_many_ids COMMAND…: as root, or as root of a user namespace of one's own with the subordinate ids: tests make files of several owners.
as_many_ids() {
    local java
    if [[ $EUID == 0 ]]; then
        "$@"
        return
    fi
    java=$(java_program)
    "$java" -cp target/berth.jar dev.berth.cli.Main unshare env "JAVA_HOME=${java%/bin/java}" "MAVEN_OPTS=${MAVEN_OPTS-} -Duser.home=$HOME" "$@"
}

# copy_checkout DIRECTORY OWNER: the checkout and its build, readable for another user. Without the archives of classes, which
# hold only where they were made.
copy_checkout() {
    local file
    mkdir -p "$1"
    { git ls-files -z 2>/dev/null || find . -path ./target -prune -o -type f -print0; } |
        while IFS= read -r -d '' file; do [[ ! -e $file ]] || printf '%s\0' "$file"; done |
        xargs -0 cp --parents -p -t "$1"
    mkdir -p "$1/target"
    cp -rp target/berth.jar target/berth-init target/test-classes target/test-lib target/classes "$1/target/"
    # What the accessibility check runs in the pages.
    mkdir -p "$1/target/web/node_modules/axe-core"
    cp -p target/web/node_modules/axe-core/axe.min.js "$1/target/web/node_modules/axe-core/"
    # Newer than every source, or the copy would want to be built again.
    touch "$1/target/.built"
    chown -R "$2:" "$1"
}

# give_cgroups USER: a group of his own below ours in each tree of version 1, as an administrator would delegate it: his tests set limits.
# By version 2 systemd has them for a user who lingers.
cgroups=() lingers=
give_cgroups() {
    local line controllers path group id
    if [[ -f /sys/fs/cgroup/cgroup.controllers && -d /run/systemd/system ]]; then
        id=$(id -u "$1")
        if [[ ! -e /var/lib/systemd/linger/$1 ]]; then
            loginctl enable-linger "$1"
            lingers=$1
        fi
        for _ in {1..300}; do
            [[ ! -S /run/user/$id/bus ]] || break
            sleep 0.1
        done
        run_as+=("XDG_RUNTIME_DIR=/run/user/$id")
        return
    fi
    while IFS=: read -r line controllers path; do
        case ,$controllers, in
        *,memory,* | *,cpu,* | *,cpuacct,* | *,pids,* | *,blkio,* | *,freezer,*) ;;
        *) continue ;;
        esac
        group=/sys/fs/cgroup/$controllers${path%/}/berth-tests
        mkdir -p "$group" 2>/dev/null || continue
        chown "$1:" "$group" "$group/cgroup.procs" "$group/tasks"
        cgroups+=("$group")
    done </proc/self/cgroup
}

# What is left in there is left by a container.
take_cgroups() {
    local group
    for group in "${cgroups[@]}"; do
        rmdir "$group" 2>/dev/null || broken+=("cgroup left: $(find "$group" -mindepth 1 -type d | head -3)")
    done
    cgroups=()
    [[ ! $lingers ]] || loginctl disable-linger "$lingers"
    lingers=
}

as_user() {
    if [[ $EUID != 0 ]]; then
        run_as=(env) checkout=$here before=${previous-} reports=$work/reports-user
    else
        checkout=$work/checkout before=${previous:+$work/previous} reports=$work/reports-user
        copy_checkout "$checkout" "$tester"
        [[ ! ${previous-} ]] || copy_previous "$before" "$tester"
        run_as=(runuser -u "$tester" -- env -i "HOME=$(getent passwd "$tester" | cut -d: -f6)" "PATH=$PATH" "USER=$tester" LANG=C.UTF-8)
    fi
    mkdir -p "$reports"
    [[ $EUID != 0 ]] || { chown "$tester:" "$reports"; give_cgroups "$tester"; }
    who="as $([[ $EUID == 0 ]] && echo "$tester" || id -un)"
    "$@"
    take_cgroups
}

# From a copy that the service's own user can read wherever the checkout lies.
as_root() {
    checkout=$work/checkout-root before=${previous:+$work/previous-root} reports=$work/reports-root
    copy_checkout "$checkout" root
    [[ ! ${previous-} ]] || copy_previous "$before" root
    run_as=(env) who="as root" omit=(--exclude-tag ordinary-user)
    mkdir -p "$reports"
    "$@"
}

# Both at once: each waits half of its time. What they say is shown one after the other, and added up.
as_user_and_as_root() {
    local pass pids=() sums line
    patience=$((patience * 2))
    set -m
    for pass in as_user as_root; do
        (
            passed=0 failed=0 skipped=0 broken=()
            "$pass" end_to_end
            [[ $pass == as_root ]] || layers_in_namespace
            printf '%s\n' "$passed $failed $skipped" "${broken[@]}" >"$work/$pass.sums"
        ) >"$work/$pass.out" 2>&1 </dev/null &
        pids+=($!)
    done
    set +m
    # shellcheck disable=SC2064
    trap "kill ${pids[*]/#/-} 2>/dev/null; exit 130" INT TERM
    for pass in as_user as_root; do
        wait "${pids[0]}" || true
        pids=("${pids[@]:1}")
        cat "$work/$pass.out"
        sums=()
        [[ ! -f $work/$pass.sums ]] || mapfile -t sums <"$work/$pass.sums"
        if [[ ${#sums[@]} -eq 0 ]]; then
            broken+=("the end-to-end tests $pass ended early")
            continue
        fi
        # shellcheck disable=SC2086
        tally ${sums[0]}
        for line in "${sums[@]:1}"; do
            [[ ! $line ]] || broken+=("$line")
        done
    done
    trap - INT TERM
}

java_program() {
    local home=${JAVA_HOME:-}
    [[ -x $home/bin/java ]] && echo "$home/bin/java" || readlink -f "$(type -P java)"
}

# end_to_end [CLASS…]: runs dev.berth.e2e with the console launcher, from the checkout of the user whom run_as makes.
end_to_end() {
    local select=(--select-package dev.berth.e2e) begin=$SECONDS status=0 name
    if [[ $# -gt 0 ]]; then
        select=()
        for name in "$@"; do
            select+=(--select-class "dev.berth.e2e.$name")
        done
    fi
    # What only root can look at is left out of the other run, not skipped in it.
    [[ $who == "as root" ]] || select+=(--exclude-tag root)
    [[ ${previous-} ]] || select+=(--exclude-tag upgrade)
    say "end to end $who"
    junit_with "${select[@]}" "${omit[@]}" --include-classname '.*IT'
    (for group in "${cgroups[@]}"; do echo "$BASHPID" >"$group/cgroup.procs"; done
        cd "$checkout" && "${run_as[@]}" "BERTH_CHECKOUT=$checkout" "BERTH_MUST_WORK=$must" "BERTH_SOAK=${BERTH_SOAK:-}" "BERTH_SEED=${BERTH_SEED:-}" \
        "BERTH_TEST_PATIENCE=$patience" "BERTH_PREVIOUS=${before:-}" \
        "BERTH_TEST_REGISTRY=${BERTH_TEST_REGISTRY:-}" "BERTH_TEST_REGISTRY_AUTH=${BERTH_TEST_REGISTRY_AUTH:-}" "BERTH_TEST_HOST=${test_host:-}" \
        "${junit[@]}") >"$reports.log" 2>&1 || status=$?
    count "$reports"
    grep -E '^   [A-Za-z]+IT: ' "$reports.log" || true
    slowest "$reports"
    verdict "end to end $who" "$status" "$begin"
}

# layers_in_namespace: after as_user, where the unit tests ran as root of the machine. Nobody but root of a user namespace unpacks layers.
layers_in_namespace() {
    local select=() begin=$SECONDS status=0 name
    for name in rootfs store image; do
        select+=(--select-package "dev.berth.$name")
    done
    reports=$work/reports-namespace
    mkdir -p "$reports"
    chown "$tester:" "$reports"
    junit_with "${select[@]}" --include-classname '.*Test'
    (cd "$checkout" && "${run_as[@]}" "BERTH_MUST_WORK=$must" \
        "$(java_program)" -cp "$checkout/target/berth.jar" dev.berth.cli.Main unshare "${junit[@]}") >"$reports.log" 2>&1 || status=$?
    count "$reports"
    verdict "layers $who, in a namespace" "$status" "$begin"
}

# junit_with OPTION…: the command line of the console launcher, on the checkout's classes.
junit_with() {
    junit=("$(java_program)" -Xmx512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Djna.tmpdir="$reports"
        -cp "$checkout/target/test-classes:$checkout/target/classes:$checkout/target/test-lib/*"
        org.junit.platform.console.ConsoleLauncher execute "$@" "${unhurried[@]}" --fail-if-no-tests
        --details tree --disable-banner --disable-ansi-colors --reports-dir "$reports")
}

# verdict WHAT STATUS BEGIN
verdict() {
    if [[ $2 -ne 0 ]]; then
        tail -n 300 "$reports.log"
        [[ $2 -eq 1 ]] || broken+=("$1 (exit $2)")
    fi
    say "$1: $((SECONDS - $3)) s"
}

finish() {
    if [[ $must == 1 && $skipped -gt 0 ]]; then
        say "BERTH_MUST_WORK=1: the $skipped skipped tests count as failed"
        failed=$((failed + skipped)) skipped=0
    fi
    failed=$((failed + ${#broken[@]}))
    [[ ${#broken[@]} -eq 0 ]] || say "failed as a whole: ${broken[*]}"
    printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
    [[ $failed -eq 0 ]]
}
