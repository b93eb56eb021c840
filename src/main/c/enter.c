/*
 * enter: puts a program, the service's JVM, into U1 under the same pid. See docs/handshake.md for the arguments.
 */
#include "berth.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ENTER_MANY = 128 };

struct enter {
  const char *as, *groups, *tun, *newuidmap, *newgidmap;
  const char *join[ENTER_MANY], *uid_map[ENTER_MANY], *gid_map[ENTER_MANY], *cgroup[ENTER_MANY];
  size_t joins, uid_maps, gid_maps, cgroups;
  bool single, lookout, own_cgroup;
  char **program;
};

__attribute__((format(printf, 1, 2))) _Noreturn static void die(const char *format, ...)
{
  va_list args;
  va_start(args, format);
  fputs("berth-init: ", stderr);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  va_end(args);
  exit(EXIT_BERTH);
}

static void add(const char **list, size_t *count, const char *option, const char *value)
{
  if (*count == ENTER_MANY)
    die("%s is given more than %d times", option, ENTER_MANY);
  list[(*count)++] = value;
}

static void take_option(struct enter *e, const char *option, const char *value)
{
  if (strcmp(option, "--as") == 0)
    e->as = value;
  else if (strcmp(option, "--groups") == 0)
    e->groups = value;
  else if (strcmp(option, "--bind-tun") == 0)
    e->tun = value;
  else if (strcmp(option, "--newuidmap") == 0)
    e->newuidmap = value;
  else if (strcmp(option, "--newgidmap") == 0)
    e->newgidmap = value;
  else if (strcmp(option, "--join") == 0)
    add(e->join, &e->joins, option, value);
  else if (strcmp(option, "--uid-map") == 0)
    add(e->uid_map, &e->uid_maps, option, value);
  else if (strcmp(option, "--gid-map") == 0)
    add(e->gid_map, &e->gid_maps, option, value);
  else if (strcmp(option, "--cgroup-procs") == 0)
    add(e->cgroup, &e->cgroups, option, value);
  else
    die("unknown option %s of enter", option);
}

static void parse(struct enter *e, int argc, char **argv)
{
  *e = (struct enter){.newuidmap = "/usr/bin/newuidmap", .newgidmap = "/usr/bin/newgidmap"};
  for (int i = 0; i < argc; i++) {
    if (strcmp(argv[i], "--") == 0) {
      e->program = argv + i + 1;
      break;
    }
    if (strcmp(argv[i], "--single") == 0) {
      e->single = true;
      continue;
    }
    if (strcmp(argv[i], "--lookout") == 0) {
      e->lookout = true;
      continue;
    }
    if (strcmp(argv[i], "--own-cgroup") == 0) {
      e->own_cgroup = true;
      continue;
    }
    if (i + 1 >= argc)
      die("%s of enter needs a value", argv[i]);
    take_option(e, argv[i], argv[i + 1]);
    i++;
  }
  if (e->program == NULL || e->program[0] == NULL)
    die("enter needs -- and a program");
  if (!e->single && e->joins == 0 && (e->uid_maps == 0 || e->gid_maps == 0))
    die("enter needs --uid-map and --gid-map, or --single");
}

/* "A:B" or "A:B:C" of decimal numbers. */
static bool split(const char *text, uint64_t *numbers, size_t count)
{
  char copy[96];
  char *keep = NULL;
  size_t found = 0;
  if (strlen(text) >= sizeof copy)
    return false;
  strcpy(copy, text);
  for (char *part = strtok_r(copy, ":", &keep); part != NULL; part = strtok_r(NULL, ":", &keep))
    if (found == count || !parse_number(part, 10, UINT32_MAX * 4096ull, &numbers[found++]))
      return false;
  return found == count;
}

static void join_cgroups(const struct enter *e)
{
  char pid[16];
  snprintf(pid, sizeof pid, "%d", (int)getpid());
  for (size_t i = 0; i < e->cgroups; i++)
    if (write_file(AT_FDCWD, e->cgroup[i], pid) < 0)
      die("cannot join the cgroup of %s: %s", e->cgroup[i], strerror(errno));
}

/* Gives the cgroup (version 2) that root is in to the user that this becomes: what cgroups(7) calls delegation. */
static void give_own_cgroup(const struct enter *e)
{
  static const char *const files[] = {"", "/cgroup.procs", "/cgroup.threads", "/cgroup.subtree_control"};
  char text[4096], path[4200];
  uint64_t id[2];
  if (!e->own_cgroup)
    return;
  if (e->as == NULL || !split(e->as, id, 2))
    die("--own-cgroup needs --as UID:GID");
  if (read_file_at(AT_FDCWD, "/proc/self/cgroup", text, sizeof text) < 0)
    die("cannot read /proc/self/cgroup: %s", strerror(errno));
  char *own = strstr(text, "0::/");
  if (own == NULL)
    die("this machine has no cgroups of version 2");
  own[strcspn(own, "\n")] = '\0';
  for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
    snprintf(path, sizeof path, "/sys/fs/cgroup%s%s", own + 3, files[i]);
    if (lchown(path, (uid_t)id[0], (gid_t)id[1]) < 0)
      die("cannot hand over %s: %s", path, strerror(errno));
  }
}

/* Mounts of this namespace reach nobody else; those of the machine still reach it. */
static void own_mounts(void)
{
  if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
    die("cannot set the mounts apart: %s", strerror(errno));
}

/* Fails where AppArmor lets everybody make a user namespace, but have no power in it. */
static void unshare_mounts(void)
{
  if (unshare(CLONE_NEWNS) == 0)
    return own_mounts();
  if (errno == EPERM || errno == EACCES)
    die("cannot make a mount namespace: %s; AppArmor keeps unprivileged user namespaces from it: 'berth doctor' prints the "
        "profile that allows it, or: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0", strerror(errno));
  die("cannot make a mount namespace: %s", strerror(errno));
}

static void bind_tun(const struct enter *e)
{
  if (e->tun == NULL)
    return;
  if (unshare(CLONE_NEWNS) < 0)
    die("cannot make a mount namespace: %s", strerror(errno));
  own_mounts();
  if (mount(e->tun, "/dev/net/tun", NULL, MS_BIND, NULL) < 0)
    die("cannot bind %s over /dev/net/tun: %s", e->tun, strerror(errno));
}

static void set_groups(const char *list)
{
  gid_t groups[ENTER_MANY];
  size_t count = 0;
  char *copy = strdup(list == NULL ? "" : list), *keep = NULL;
  uint64_t gid;
  for (char *part = strtok_r(copy, ",", &keep); part != NULL; part = strtok_r(NULL, ",", &keep)) {
    if (count == ENTER_MANY || !parse_number(part, 10, UINT32_MAX - 1, &gid))
      die("'%s' is not a list of groups", list);
    groups[count++] = (gid_t)gid;
  }
  free(copy);
  if (setgroups(count, groups) < 0)
    die("cannot set the groups: %s", strerror(errno));
}

static void become(const struct enter *e)
{
  uint64_t id[2];
  if (e->as == NULL)
    return;
  if (!split(e->as, id, 2))
    die("'%s' is not UID:GID", e->as);
  set_groups(e->groups);
  gid_t gid = (gid_t)id[1];
  uid_t uid = (uid_t)id[0];
  if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
    die("cannot become user %s: %s", e->as, strerror(errno));
  /* A process that dropped root is not dumpable: its /proc files would be root's, and newuidmap could not open them. */
  prctl(PR_SET_DUMPABLE, 1);
}

/* After a user namespace is entered: uid 0 of it. Supplementary groups stay: files of the user's groups stay readable. */
static void take_root(void)
{
  if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
    die("cannot become uid 0 of the user namespace: %s", strerror(errno));
}

static bool same_namespace(int fd, const struct stat *other)
{
  struct stat st;
  return fstat(fd, &st) == 0 && st.st_ino == other->st_ino && st.st_dev == other->st_dev;
}

/* From a user namespace up to the one right below our own, which is a U1; -1 when it is not below ours. */
static int climb(int fd)
{
  struct stat own;
  if (stat("/proc/self/ns/user", &own) < 0 || same_namespace(fd, &own))
    return -1;
  for (;;) {
    _cleanup_close_ int parent = ioctl(fd, NS_GET_PARENT);
    if (parent < 0)
      return -1;
    if (same_namespace(parent, &own))
      return fcntl(fd, F_DUPFD_CLOEXEC, 3);
    fd = dup3(parent, fd, O_CLOEXEC);
  }
}

/* Joins the U1 of a running monitor or PID 1; false when it is gone, or its namespace is not ours to enter. */
static bool join(const char *text)
{
  uint64_t process[2];
  char path[64];
  if (!split(text, process, 2))
    die("'%s' is not PID:START", text);
  snprintf(path, sizeof path, "/proc/%llu/ns/user", (unsigned long long)process[0]);
  _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
  /* Opened first, then compared: what is open now belonged to the process that the start time names. */
  if (fd < 0 || start_time((pid_t)process[0]) != process[1])
    return false;
  _cleanup_close_ int user = climb(fd);
  if (user < 0 || setns(user, CLONE_NEWUSER) < 0)
    return false;
  take_root();
  unshare_mounts();
  return true;
}

static bool join_any(const struct enter *e)
{
  for (size_t i = 0; i < e->joins; i++)
    if (join(e->join[i]))
      return true;
  return false;
}

struct mapper {
  const char *program, *file;
  char *argv[3 * ENTER_MANY + 3];
  char pid[16], numbers[3 * ENTER_MANY][24];
};

static void fill_mapper(struct mapper *m, pid_t pid, const char *const *maps, size_t count)
{
  size_t used = 0, number = 0;
  snprintf(m->pid, sizeof m->pid, "%d", (int)pid);
  m->argv[used++] = (char *)m->program;
  m->argv[used++] = m->pid;
  for (size_t i = 0; i < count; i++) {
    uint64_t map[3];
    if (!split(maps[i], map, 3))
      die("'%s' is not INSIDE:OUTSIDE:COUNT", maps[i]);
    for (int j = 0; j < 3; j++, number++) {
      snprintf(m->numbers[number], sizeof m->numbers[number], "%llu", (unsigned long long)map[j]);
      m->argv[used++] = m->numbers[number];
    }
  }
  m->argv[used] = NULL;
}

/* The first line of what the mapper says goes into our sentence. */
static void read_line(int fd, char *line, size_t size)
{
  size_t filled = 0;
  ssize_t n;
  while (filled < size - 1 && ((n = read(fd, line + filled, size - 1 - filled)) > 0 || (n < 0 && errno == EINTR)))
    filled += n > 0 ? (size_t)n : 0;
  line[filled] = '\0';
  line[strcspn(line, "\n")] = '\0';
}

_Noreturn static void exec_mapper(struct mapper *m, int said)
{
  dup2(said, 2);
  execv(m->program, m->argv);
  fprintf(stderr, "%s\n", strerror(errno));
  _exit(EXIT_NOT_FOUND);
}

static void run_mapper(struct mapper *m)
{
  int said[2], status = 0;
  char line[256];
  if (pipe2(said, O_CLOEXEC) < 0)
    die("cannot make a pipe: %s", strerror(errno));
  pid_t child = fork();
  if (child == 0)
    exec_mapper(m, said[1]);
  close(said[1]);
  read_line(said[0], line, sizeof line);
  close(said[0]);
  if (child > 0 && waitpid(child, &status, 0) == child && status == 0)
    return;
  if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_FOUND)
    die("cannot run %s: %s; install the package uidmap", m->program, line);
  die("%s cannot map the ids of %s: %s; check that it is setuid root, and that /etc/sub%.3s has a range for this user "
      "(usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER)", m->program, m->file, line, m->file);
}

static void map_outside(const char *program, const char *file, pid_t pid, const char *const *maps, size_t count)
{
  struct mapper m = {.program = program, .file = file};
  fill_mapper(&m, pid, maps, count);
  run_mapper(&m);
}

/* The helper stays outside of the new namespace, where newuidmap has to run, and maps its parent. */
static pid_t start_helper(const struct enter *e, const int wanted[2], pid_t parent)
{
  pid_t helper = fork();
  if (helper != 0)
    return helper;
  char byte;
  close(wanted[1]); /* else the end of a parent that may not make the namespace would never be seen */
  if (read(wanted[0], &byte, 1) != 1)
    _exit(EXIT_BERTH);
  map_outside(e->newuidmap, "uid_map", parent, e->uid_map, e->uid_maps);
  map_outside(e->newgidmap, "gid_map", parent, e->gid_map, e->gid_maps);
  _exit(0);
}

static void unshare_user(void)
{
  if (unshare(CLONE_NEWUSER) == 0)
    return;
  int error = errno;
  if (error == EACCES || error == EPERM)
    die("cannot make a user namespace: %s; the system forbids it (AppArmor: kernel.apparmor_restrict_unprivileged_userns, "
        "or kernel.unprivileged_userns_clone=0): run 'berth doctor' for the fix", strerror(error));
  if (error == ENOSPC)
    die("cannot make a user namespace: user.max_user_namespaces is reached; raise it with: "
        "sysctl -w user.max_user_namespaces=28633");
  die("cannot make a user namespace: %s", strerror(error));
}

static void map_single(void)
{
  char line[64];
  uid_t uid = getuid();
  gid_t gid = getgid();
  unshare_user();
  snprintf(line, sizeof line, "0 %u 1\n", uid);
  if (write_file(AT_FDCWD, "/proc/self/setgroups", "deny") < 0 || write_file(AT_FDCWD, "/proc/self/uid_map", line) < 0)
    die("cannot map the user's own id: %s", strerror(errno));
  snprintf(line, sizeof line, "0 %u 1\n", gid);
  if (write_file(AT_FDCWD, "/proc/self/gid_map", line) < 0)
    die("cannot map the user's own group: %s", strerror(errno));
}

static void map_range(const struct enter *e)
{
  int wanted[2], status;
  if (e->uid_maps == 0 || e->gid_maps == 0)
    die("no container is left to join, and no --uid-map and --gid-map are given to make a user namespace");
  if (pipe2(wanted, O_CLOEXEC) < 0)
    die("cannot make a pipe: %s", strerror(errno));
  pid_t helper = start_helper(e, wanted, getpid());
  if (helper < 0)
    die("cannot fork: %s", strerror(errno));
  close(wanted[0]);
  unshare_user();
  if (write(wanted[1], "x", 1) != 1)
    die("the helper that maps ids is gone");
  close(wanted[1]);
  while (waitpid(helper, &status, 0) < 0)
    if (errno != EINTR)
      die("the helper that maps ids is gone");
  if (status != 0)
    exit(EXIT_BERTH); /* it has said why */
}

int enter_main(int argc, char **argv)
{
  struct enter e;
  parse(&e, argc, argv);
  join_cgroups(&e);
  give_own_cgroup(&e);
  bind_tun(&e);
  become(&e);
  if (e.lookout && lookout_start() < 0)
    die("cannot start the lookout: %s", strerror(errno));
  if (!join_any(&e)) {
    if (e.single)
      map_single();
    else
      map_range(&e);
    take_root();
    unshare_mounts();
  }
  execvp(e.program[0], e.program);
  int error = errno;
  fprintf(stderr, "berth-init: cannot run %s: %s\n", e.program[0], strerror(error));
  return error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}
