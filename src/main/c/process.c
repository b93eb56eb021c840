#include "berth.h"

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* What the steps share: the environment grows record by record. */
struct process {
  struct start *start;
  char **env;
  size_t envs;
};

/* Not by chdir: a path through /proc/self/fd would lead out by a descriptor that is open here, CVE-2024-21626. */
static int enter_cwd(const struct plan *plan, const char *path)
{
  bool made;
  _cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0)
    return -1;
  bool exec = strcmp(plan_find(plan, REC_session)->fields[0], "exec") == 0;
  _cleanup_close_ int fd =
    exec ? open_beneath(root, path, O_PATH | O_DIRECTORY, 0) : target_directory(root, path, 0755, &made);
  return fd < 0 ? -1 : fchdir(fd);
}

static int set_rlimit(char **field)
{
  uint64_t resource;
  int64_t soft, hard;
  if (field_number(field[0], 10, &resource) < 0 || !parse_signed(field[1], &soft) || !parse_signed(field[2], &hard)) {
    errno = EINVAL;
    return -1;
  }
  struct rlimit limit = {.rlim_cur = soft < 0 ? RLIM_INFINITY : (rlim_t)soft,
                         .rlim_max = hard < 0 ? RLIM_INFINITY : (rlim_t)hard};
  return setrlimit((int)resource, &limit);
}

static int set_groups(const struct record *r)
{
  gid_t groups[r->count + 1];
  for (size_t i = 0; i < r->count; i++) {
    uint64_t gid;
    if (field_number(r->fields[i], 10, &gid) < 0)
      return -1;
    groups[i] = (gid_t)gid;
  }
  return setgroups(r->count, groups);
}

static int set_bounding(const char *hex)
{
  uint64_t keep;
  if (field_number(hex, 16, &keep) < 0)
    return -1;
  for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
    if ((keep >> cap & 1) == 0 && prctl(PR_CAPBSET_DROP, cap) < 0)
      return -1;
  return 0;
}

static int set_seccomp(void)
{
  struct stat st;
  if (fstat(FD_SECCOMP, &st) < 0)
    return -1;
  size_t count = (size_t)st.st_size / sizeof(struct sock_filter);
  if (!S_ISREG(st.st_mode) || count == 0 || count > BPF_MAXINSNS) {
    errno = EINVAL;
    return -1;
  }
  struct sock_filter *filter = malloc(count * sizeof *filter);
  if (filter == NULL ||
      pread(FD_SECCOMP, filter, count * sizeof *filter, 0) != (ssize_t)(count * sizeof *filter))
    return -1;
  struct sock_fprog program = {.len = (unsigned short)count, .filter = filter};
  int result = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
  free(filter);
  return result;
}

/* The program's user owns its streams, so that /dev/stdout can be opened; /dev/null stays as it is. */
static void hand_streams_over(uid_t uid)
{
  for (int fd = 0; fd < 3; fd++) {
    struct stat st;
    if (fstat(fd, &st) == 0 && st.st_rdev != makedev(1, 3) && fchown(fd, uid, (gid_t)-1) < 0)
      continue;
  }
}

static int set_uid(const char *text)
{
  uint64_t uid;
  if (field_number(text, 10, &uid) < 0)
    return -1;
  if (uid != 0)
    hand_streams_over((uid_t)uid);
  /* `capabilities` follows and says what stays. */
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || setresuid((uid_t)uid, (uid_t)uid, (uid_t)uid) < 0)
    return -1;
  return 0;
}

static int set_gid(const char *text)
{
  uint64_t gid;
  return field_number(text, 10, &gid) < 0 ? -1 : setresgid((gid_t)gid, (gid_t)gid, (gid_t)gid);
}

static int set_umask(const char *text)
{
  uint64_t mask;
  if (field_number(text, 8, &mask) < 0)
    return -1;
  umask((mode_t)mask);
  return 0;
}

static int set_capabilities(char **hex)
{
  uint64_t set[4]; /* effective, permitted, inheritable, ambient */
  for (int i = 0; i < 4; i++)
    if (field_number(hex[i], 16, &set[i]) < 0)
      return -1;
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  for (int i = 0; i < 2; i++) {
    data[i].effective = (uint32_t)(set[0] >> 32 * i);
    data[i].permitted = (uint32_t)(set[1] >> 32 * i);
    data[i].inheritable = (uint32_t)(set[2] >> 32 * i);
  }
  if (syscall(SYS_capset, &header, data) < 0 || prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
    return -1;
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
    return -1;
  for (int cap = 0; cap < 64; cap++)
    if ((set[3] >> cap & 1) != 0 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
      return -1;
  return 0;
}

static int run_record(struct process *p, const struct record *r)
{
  switch (r->type) {
  case REC_rlimit: return set_rlimit(r->fields);
  case REC_umask: return set_umask(r->fields[0]);
  case REC_cwd: return enter_cwd(p->start->plan, r->fields[0]);
  case REC_groups: return set_groups(r);
  case REC_bounding: return set_bounding(r->fields[0]);
  case REC_gid: return set_gid(r->fields[0]);
  case REC_seccomp: return set_seccomp();
  case REC_uid: return set_uid(r->fields[0]);
  case REC_capabilities: return set_capabilities(r->fields);
  case REC_no_new_privileges: return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  case REC_env: p->env[p->envs++] = r->fields[0]; return 0;
  case REC_argv: return 0;
  default: errno = ENOSYS; return -1;
  }
}

static const char *path_of(char **env)
{
  for (; *env != NULL; env++)
    if (strncmp(*env, "PATH=", 5) == 0)
      return *env + 5;
  return "";
}

/* Tries each folder of PATH; errno afterwards: EACCES when one was there but could not be run. Folders that are not
   absolute are passed over: the image's author chose PATH, the user may have chosen the working directory. */
static void search_path(char **argv, char **env)
{
  char file[PATH_MAX];
  int error = ENOENT;
  for (const char *at = path_of(env); *at != '\0'; at += strspn(at, ":")) {
    int length = (int)strcspn(at, ":");
    const char *folder = at;
    at += length;
    if (*folder != '/' || snprintf(file, sizeof file, "%.*s/%s", length, folder, argv[0]) >= (int)sizeof file)
      continue;
    execve(file, argv, env);
    if (errno == EACCES)
      error = errno;
    else if (errno != ENOENT && errno != ENOTDIR)
      return;
  }
  errno = error;
}

static void execute(char **argv, char **env)
{
  if (strchr(argv[0], '/') != NULL || *argv[0] == '\0')
    execve(argv[0], argv, env);
  else
    search_path(argv, env);
}

static void take_streams(struct start *start)
{
  if (start->terminal.wanted) {
    for (int fd = 0; fd < 3; fd++)
      dup2(start->terminal.slave, fd);
    make_controlling(0);
    return;
  }
  for (int fd = 0; fd < 3; fd++)
    if (start->stdio[fd] >= 0)
      dup2(start->stdio[fd], fd);
}

_Noreturn static void fail(struct start *start, int alive, const char *step, const char *target, int error)
{
  msg_send_failed(start->link, step, target, error);
  if (write(alive, "x", 1) < 0)
    _exit(EXIT_BERTH);
  _exit(EXIT_BERTH);
}

/* The monitor takes our pid from the packet's credentials; it answers when it has a pidfd and the start time. */
static void say_hello(struct start *start)
{
  struct message answer;
  if (MSG_SEND(start->link, -1, "process") < 0 || msg_receive(start->link, &answer) != 1)
    _exit(EXIT_BERTH);
}

/* A session ends with its monitor. Last, since a change of ids clears it: prctl(2). */
static void follow_joiner(struct start *start)
{
  struct pollfd link = {.fd = start->link, .events = POLLIN};
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (poll(&link, 1, 0) == 1 && (link.revents & POLLHUP) != 0)
    _exit(EXIT_BERTH); /* it ended before that was set */
}

void process_main(struct start *start, int alive)
{
  const struct plan *plan = start->plan;
  struct process p = {.start = start, .env = calloc(plan->count + 1, sizeof(char *))};
  const struct record *argv = plan_find(plan, REC_argv);
  if (p.env == NULL || argv == NULL)
    fail(start, alive, "argv", "", EINVAL);
  setsid();
  say_hello(start);
  take_streams(start);
  syscall(SYS_close_range, 3, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */);
  reset_signals();
  for (size_t i = 0; i < plan->count; i++) {
    const struct record *r = &plan->records[i];
    if (r->phase == PROCESS && run_record(&p, r) < 0)
      fail(start, alive, r->name, r->count > 0 ? r->fields[0] : "", errno);
  }
  if (plan_find(plan, REC_join) != NULL)
    follow_joiner(start);
  execute(argv->fields, p.env);
  fail(start, alive, "exec", argv->fields[0], errno);
}
