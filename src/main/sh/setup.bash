# Read by `berth` when something may have to be set up: packages, the build, subordinate ids, the system user for root.
# Uses here, home, from, checkout, installed, verb and yes of its reader, and find_java, is_built, say and die.

# What is missing: packages of Debian's names, and commands that root has to run. `hard` ones keep Berth from starting.
packages=()
root_commands=()
reasons=()
hard=
restriction=/proc/sys/kernel/apparmor_restrict_unprivileged_userns

set_up() {
    need_compiler=
    ! needs_build || need_compiler=1
    look_for look_for_machine
    [[ ${#reasons[@]} -eq 0 ]] || repair look_for_machine
    find_java || die "there is no Java of version 17 or newer; install one, or set JAVA_HOME"
    ! needs_build || build
    [[ $from == "$home" ]] || install_for_root
    look_for look_for_profile
    [[ ${#reasons[@]} -eq 0 ]] || repair look_for_profile
    make_archives "$from"
}

needs_build() { [[ $checkout ]] && ! is_built; }

# look_for FUNCTION: finds anew what it says is missing.
look_for() {
    packages=() root_commands=() reasons=() hard=
    "$1"
}

look_for_machine() {
    look_for_programs
    look_for_ids
    look_for_tun
}

# missing KIND REASON PACKAGE…
missing() {
    reasons+=("$2")
    [[ $1 != hard ]] || hard=1
    packages+=("${@:3}")
}

has() { type -P "$1" >/dev/null || [[ -x /usr/sbin/$1 || -x /sbin/$1 ]]; }

has_library() {
    local found
    for found in /usr/lib/*/"$1" /lib/*/"$1" /usr/lib64/"$1" /usr/lib/"$1"; do
        [[ ! -e $found ]] || return 0
    done
    return 1
}

look_for_programs() {
    if ! find_java; then
        if [[ $need_compiler ]]; then
            missing hard "a JDK of version 17 or newer is missing" jdk
        else
            missing hard "Java 17 or newer is missing" jre
        fi
    fi
    if [[ $need_compiler ]]; then
        has mvn || missing hard "Maven is missing, which builds Berth" maven
        has gcc || missing hard "gcc is missing, which builds berth-init" gcc libc6-dev
        has make || missing hard "make is missing, which builds berth-init" make
        [[ -e /usr/include/stdio.h ]] || ! has gcc || missing hard "the C library's headers are missing" libc6-dev
        if [[ -e $here/src/main/web/vendor.sh && ! -e $home/web/package.json ]]; then
            has npm || missing hard "npm is missing, which fetches the parts of the dashboard" npm
        fi
    fi
    has slirp4netns || missing soft "slirp4netns is missing, which gives containers their network" slirp4netns
    has newuidmap || missing soft "newuidmap is missing, which gives containers more than one user" uidmap
    has_library libseccomp.so.2 || missing hard "libseccomp is missing, which filters system calls" libseccomp2
}

# The user that the service runs as.
service_user() {
    if [[ $EUID == 0 ]]; then
        printf berth
    else
        id -un
    fi
}

look_for_ids() {
    local user
    user=$(service_user)
    if [[ $EUID == 0 ]] && ! grep -q '^berth:' /etc/passwd; then
        missing hard "the service never runs as root: it needs the system user 'berth'"
        root_commands+=("useradd --system --user-group --no-create-home --home-dir /var/lib/berth --shell /usr/sbin/nologin berth")
    fi
    ! grep -qs '^ *subid: *[^f ]' /etc/nsswitch.conf || return 0
    if ! grep -qs "^\($user\|$(id -u "$user" 2>/dev/null || printf '%s' "$user")\):" /etc/subuid ||
        ! grep -qs "^\($user\|$(id -u "$user" 2>/dev/null || printf '%s' "$user")\):" /etc/subgid; then
        missing soft "the user '$user' has no subordinate ids: containers would have one user only"
        root_commands+=("usermod --add-subuids $(free_ids) --add-subgids $(free_ids) $user")
    fi
}

# The first 65536 ids above all that are given out in either file.
free_ids() {
    local name first count next=100000
    while IFS=: read -r name first count; do
        if [[ $first =~ ^[0-9]+$ && $count =~ ^[0-9]+$ ]] && ((first + count > next)); then
            next=$((first + count))
        fi
    done < <(cat /etc/subuid /etc/subgid 2>/dev/null)
    printf '%d-%d' "$next" $((next + 65535))
}

look_for_tun() {
    if [[ ! -e /dev/net/tun ]]; then
        missing soft "/dev/net/tun is missing, which slirp4netns needs"
        root_commands+=("modprobe tun")
    elif [[ $EUID != 0 && ! (-r /dev/net/tun && -w /dev/net/tun) ]]; then
        # Root's service gets a node of its own instead.
        missing soft "/dev/net/tun is not for normal users, and slirp4netns needs it"
        root_commands+=("chmod 666 /dev/net/tun")
    fi
}

# Ubuntu 23.10 and newer let only programs that AppArmor knows make user namespaces, by a path that only root may write. Looked
# for after the build: what is copied there is what was built.
look_for_profile() {
    local known=/usr/local/libexec/berth/berth-init profile=/etc/apparmor.d/berth-init
    [[ $(cat "$restriction" 2>/dev/null) == 1 ]] || return 0
    if ! cmp -s "$from/berth-init" "$known"; then
        missing soft "AppArmor lets only programs that it knows make user namespaces, and it does not know this berth-init"
        root_commands+=("install -D -m 755 $(printf %q "$from/berth-init") $known")
    fi
    if [[ ! -e $profile ]]; then
        missing soft "AppArmor has no profile that lets berth-init make user namespaces"
        root_commands+=("printf 'abi <abi/4.0>,\\nprofile berth-init $known flags=(unconfined) {\\n  userns,\\n}\\n' >$profile"
            "apparmor_parser -r $profile")
    fi
}

# repair FUNCTION: says what it found missing and installs it, after asking. Without apt-get, root or consent: prints the commands.
repair() {
    local command status failed='' sudo=
    say "this machine lacks something:"
    printf '  - %s\n' "${reasons[@]}" >&2
    if [[ ${#packages[@]} -gt 0 ]] && ! has apt-get; then
        other_distribution
        give_up
        return
    fi
    [[ ${#packages[@]} -eq 0 ]] || root_commands=("apt-get update" "apt-get install -y --no-install-recommends $(debian_names)" "${root_commands[@]}")
    if [[ $EUID != 0 ]]; then
        has sudo && sudo=sudo
    fi
    if [[ $EUID != 0 && ! $sudo ]]; then
        say "only root can repair that, and there is no sudo; ask an administrator to run:"
        printf '    %s\n' "${root_commands[@]}" >&2
        give_up
        return
    fi
    printf 'These commands repair it:\n' >&2
    for command in "${root_commands[@]}"; do
        # What root has to write wants a shell that is root's.
        [[ ! $sudo || $command != *\>* ]] && printf '    %s\n' "${sudo:+sudo }$command" >&2 || printf '    sudo sh -c %q\n' "$command" >&2
    done
    if ! consent; then
        give_up
        return
    fi
    for command in "${root_commands[@]}"; do
        status=0
        run_as_root "$sudo" "$command" || status=$?
        [[ $status != 0 ]] || continue
        failed=1
        say "this failed: $command"
        # Refused once, it would ask for the password once more for each of the others.
        [[ $status != "$refused" ]] || break
    done
    hash -r
    [[ ! $failed ]] || see_what_is_left "$1"
}

# see_what_is_left FUNCTION: what failed may have been for something that Berth starts without.
see_what_is_left() {
    look_for "$1"
    [[ ${#reasons[@]} -gt 0 ]] || return 0
    say "this is still missing:"
    printf '  - %s\n' "${reasons[@]}" >&2
    give_up
}

refused=2
# run_as_root SUDO COMMAND: 1 when the command failed, $refused when sudo did not even begin it.
run_as_root() {
    local sudo=$1 log status=0 begun='berth: begun'
    log=$(mktemp)
    say "$2"
    # A sudo that failed and a command that did look alike; whether it would ask again depends on its configuration.
    if ! DEBIAN_FRONTEND=noninteractive $sudo ${sudo:+env DEBIAN_FRONTEND=noninteractive} sh -c "echo '$begun'; $2" >"$log" 2>&1 </dev/null; then
        grep -q "^$begun" "$log" && status=1 || status=$refused
        sed "/^$begun/d" "$log" | tail -n 20 >&2
    fi
    rm -f "$log"
    return $status
}

consent() {
    local answer
    [[ ! $yes ]] || return 0
    if [[ ! -t 0 ]]; then
        say "nobody is here to ask; start again with --yes to have it done"
        return 1
    fi
    read -r -p "Run them now? [Y/n] " answer
    [[ $answer == '' || $answer == [Yy]* ]]
}

# Without the soft ones Berth starts, and doctor says what does not work.
give_up() {
    [[ ! $hard ]] || die "cannot go on without what is missing"
    say "going on without it; 'berth doctor' tells what will not work"
}

# Debian's and Ubuntu's names; which JDK there is depends on the release.
debian_names() {
    local name kind names=()
    for name in "${packages[@]}"; do
        case $name in
            jdk | jre)
                for kind in 21 17; do
                    if apt-cache show "openjdk-$kind-$name-headless" >/dev/null 2>&1; then
                        names+=("openjdk-$kind-$name-headless")
                        continue 2
                    fi
                done
                # Lists that were never fetched know nothing: Debian 12 and Ubuntu 22.04 and newer have this one.
                names+=("openjdk-17-$name-headless")
                ;;
            *) names+=("$name") ;;
        esac
    done
    printf '%s' "${names[*]}"
}

other_distribution() {
    local fedora=() arch=() alpine=() name
    for name in "${packages[@]}"; do
        case $name in
            jdk) fedora+=(java-21-openjdk-devel) arch+=(jdk21-openjdk) alpine+=(openjdk21-jdk) ;;
            jre) fedora+=(java-21-openjdk-headless) arch+=(jre21-openjdk-headless) alpine+=(openjdk21-jre-headless) ;;
            libc6-dev) fedora+=(glibc-devel) arch+=(glibc) alpine+=(musl-dev linux-headers) ;;
            uidmap) fedora+=(shadow-utils) arch+=(shadow) alpine+=(shadow-uidmap) ;;
            libseccomp2) fedora+=(libseccomp) arch+=(libseccomp) alpine+=(libseccomp) ;;
            *) fedora+=("$name") arch+=("$name") alpine+=("$name") ;;
        esac
    done
    say "there is no apt-get here; install these packages yourself, as root:"
    printf '    Fedora, RHEL:  dnf install %s\n' "${fedora[*]}" >&2
    printf '    Arch:          pacman -S %s\n' "${arch[*]}" >&2
    printf '    Alpine:        apk add %s\n' "${alpine[*]}" >&2
    [[ ${#root_commands[@]} -eq 0 ]] || printf '    and:           %s\n' "${root_commands[@]}" >&2
}

# One at a time: two in one directory would spoil each other.
build() {
    local lock
    mkdir -p "$home"
    exec {lock}>"$home/.lock"
    if ! flock --nonblock "$lock"; then
        say "another build is under way here; waiting for it"
        flock "$lock"
    fi
    ! needs_build || compile
    exec {lock}>&-
}

compile() {
    local started=$home/.build-started log=$home/build.log
    # A service that runs has this one open and reads on in it: the new one is another file.
    rm -f "$home/berth.jar"
    say "building (the first time Maven fetches libraries, which takes a few minutes)"
    : >"$started"
    if ! (cd "$here" && JAVA_HOME=${java%/bin/java} mvn -q -B -DskipTests package) >"$log" 2>&1 </dev/null; then
        # What Maven's own classes say of themselves helps nobody.
        grep -vE '^[[:space:]]+at |^\[(INFO|ERROR)\] *$|^\[INFO\]|Re-run Maven|the following articles|\[Help 1\] http|see the full stack' "$log" |
            tail -n 30 >&2
        die "the build failed; all it said is in $log"
    fi
    # Sources that were changed meanwhile are newer than this mark.
    mv "$started" "$home/.built"
}

# make_archives DIRECTORY: what the JVM has loaded and checked once need not be done again. It depends on the JVM, so it is made
# here and not shipped. Failing to is no error: everything works without, only slower.
make_archives() {
    local jar=$1/berth.jar work
    [[ -w $1 && $verb != dist ]] || return 0
    [[ $1/berth-cli.jsa -nt $jar && ! $java -nt $1/berth-cli.jsa ]] && return 0
    [[ $1/.no-archive -nt $jar && ! $java -nt $1/.no-archive ]] && return 0
    rm -f "$1/berth-cli.jsa" "$1/berth.jsa"
    : >"$1/.no-archive"
    work=$(mktemp -d)
    # shellcheck disable=SC2064 # these names, not those of a later time
    trap "rm -rf '$work' '$1/.no-archive' '$1/berth-cli.jsa'; exit 130" INT TERM
    say "making the next starts quicker, which takes a few seconds"
    archive_client "$1" "$work" || say "could not make the archive of classes: every call takes a little longer"
    archive_service "$1" "$work" || say "could not make the service's archive of classes: its start takes a little longer"
    rm -rf "$work"
    trap - INT TERM
}

archive_client() {
    timeout 60 "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Xmx64m \
        "-XX:ArchiveClassesAtExit=$2/berth-cli.jsa" -cp "$1/berth.jar" dev.berth.cli.ClassData >/dev/null 2>&1 </dev/null &&
        put 644 "$2/berth-cli.jsa" "$1/berth-cli.jsa"
}

# A service of its own directories is started, asked a little, and ended; as root its user writes the archive, not root.
archive_service() (
    export BERTH_DATA_DIR=$2/data BERTH_RUNTIME_DIR=$2/run XDG_CONFIG_HOME=$2/config BERTH_PORT=0
    export BERTH_JAVA_OPTIONS=-XX:ArchiveClassesAtExit=$2/run/berth.jsa
    unset BERTH_HOST BERTH_TOKEN
    chmod 711 "$2"
    "$java" -cp "$1/berth.jar" dev.berth.cli.Main serve >/dev/null 2>&1 </dev/null &
    service=$!
    # What runs in the background of a script does not hear Ctrl-C.
    trap 'kill $service 2>/dev/null || :; wait $service 2>/dev/null || :' EXIT
    trap 'exit 130' INT TERM
    for ((waited = 0; waited < 300; waited++)); do
        [[ ! -e $2/run/service.json ]] && kill -0 $service 2>/dev/null || break
        sleep 0.1
    done
    [[ -e $2/run/service.json ]] || exit 1
    "$java" -cp "$1/berth.jar" dev.berth.cli.Main ps >/dev/null 2>&1 </dev/null
    "$java" -cp "$1/berth.jar" dev.berth.cli.Main images >/dev/null 2>&1 </dev/null
    kill $service
    wait $service 2>/dev/null
    [[ -f $2/run/berth.jsa ]] && put 644 "$2/run/berth.jsa" "$1/berth.jsa"
)

# Root's build lies where the system user can read it, and berth-init also at the one path that AppArmor's profile names.
install_for_root() {
    local file libexec=/usr/local/libexec/berth
    if differ "$home/berth.jar" "$installed/berth.jar" || differ "$home/berth-init" "$installed/berth-init"; then
        install -d -m 755 "$installed" "$libexec"
        put 755 "$home/berth-init" "$libexec/berth-init"
        put 755 "$home/berth-init" "$installed/berth-init"
        put 755 "$here/berth" "$installed/berth"
        put 644 "$setup" "$installed/setup.bash"
        put 644 "$home/berth.jar" "$installed/berth.jar"
        say "installed in $installed"
    fi
}

# put MODE FROM TO: replaced in one step, since a service that runs may have the old one open.
put() {
    install -p -m "$1" "$2" "$3.new"
    mv "$3.new" "$3"
}

# A tarball for machines on which nothing can be built or installed: a JRE, libseccomp, slirp4netns and uidmap are enough.
make_dist() {
    local version name staging
    version=$(sed -n 's|^  <version>\(.*\)</version>.*|\1|p' "$here/pom.xml" | head -n 1)
    name=berth-$version
    staging=$home/dist/$name
    rm -rf "$home/dist"
    mkdir -p "$staging"
    cp "$home/berth.jar" "$home/berth-init" "$here/berth" "$here/README.md" "$setup" "$staging/"
    [[ ! -f $here/LICENSE ]] || cp "$here/LICENSE" "$staging/"
    tar -C "$home/dist" --owner=0 --group=0 --numeric-owner -czf "$staging.tar.gz" "$name"
    mv "$staging.tar.gz" "$home/"
    rm -rf "$home/dist"
    printf '%s\n' "$home/$name.tar.gz"
}

# Live reload wants Maven 3.9, which Debian 12 and Ubuntu 24.04 do not have: then Maven fetches it, into target/.
maven_for_dev() {
    local version=3.9.11
    mvn=mvn
    [[ $(JAVA_HOME=${java%/bin/java} mvn -q -v 2>/dev/null) =~ ([0-9]+)\.([0-9]+)\. ]] || true
    ((BASH_REMATCH[1] * 100 + BASH_REMATCH[2] < 309)) || return 0
    mvn=$home/apache-maven-$version/bin/mvn
    [[ ! -x $mvn ]] || return 0
    say "fetching Maven $version, which live reload needs"
    JAVA_HOME=${java%/bin/java} mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
        "-Dartifact=org.apache.maven:apache-maven:$version:tar.gz:bin" "-DoutputDirectory=$home/fetched" >&2
    tar -C "$home" -xzf "$home/fetched/apache-maven-$version-bin.tar.gz"
}

# Quarkus' live reload inside the same user namespace that the service lives in.
run_dev() {
    [[ $EUID != 0 ]] || die "./berth dev is for a normal user: it runs Maven"
    maven_for_dev
    exec "$java" -cp "$home/berth.jar" dev.berth.cli.Main unshare env \
        "MAVEN_OPTS=${MAVEN_OPTS-} -Duser.home=$HOME" "JAVA_HOME=${java%/bin/java}" \
        "$mvn" -f "$here/pom.xml" "-Duser.home=$HOME" quarkus:dev -Dquarkus.analytics.disabled=true "-Djvm.args=-Duser.home=$HOME -Dberth.init=$home/berth-init" "$@"
}
