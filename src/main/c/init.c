#include "berth.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

_Noreturn static void give_up(struct start *start, const char *step, const char *target, int error)
{
  msg_send_failed(start->link, step, target, error);
  _exit(EXIT_BERTH);
}

static int loopback(void)
{
  struct ifreq request = {.ifr_name = "lo"};
  _cleanup_close_ int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (sock < 0 || ioctl(sock, SIOCGIFFLAGS, &request) < 0)
    return -1;
  request.ifr_flags |= IFF_UP;
  return ioctl(sock, SIOCSIFFLAGS, &request);
}

/* slirp4netns writes one byte; 0 bytes = it ended without. */
static int wait_network(int ready)
{
  char byte;
  ssize_t n;
  do
    n = read(ready, &byte, 1);
  while (n < 0 && errno == EINTR);
  if (n == 0)
    errno = ECONNABORTED;
  return n == 1 ? 0 : -1;
}

/* Of the container's devpts; O_NONBLOCK since a container may have put anything there before an exec. */
static int open_terminal(struct start *start, int root)
{
  int master, ptmx = open_beneath(root, "dev/pts/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK, 0);
  struct terminal *t = &start->terminal;
  if (pty_open(ptmx, t->columns, t->rows, &master, &t->slave) < 0)
    return -1;
  int result = MSG_SEND(start->link, master, "terminal");
  close(master);
  return result;
}

static int console(struct start *start, const struct tree *tree)
{
  if (open_terminal(start, tree->root) < 0)
    return -1;
  return mounts_bind_fd(tree, start->terminal.slave, "/dev/console");
}

static int run_record(struct start *start, struct tree *tree, const struct record *r)
{
  switch (r->type) {
  case REC_root: return mounts_root(tree);
  case REC_hostname: return sethostname(r->fields[0], strlen(r->fields[0]));
  case REC_mkdir: return mounts_mkdir(tree, r->fields);
  case REC_mount: return mounts_mount(tree, r->fields);
  case REC_bind: return mounts_bind(tree, r->fields);
  case REC_attach: return mounts_attach(tree, r->fields);
  case REC_symlink: return mounts_symlink(tree, r->fields);
  case REC_terminal: return console(start, tree);
  case REC_sysctl: return mounts_sysctl(tree, r->fields);
  case REC_loopback: return loopback();
  case REC_mask: return mounts_mask(tree, r->fields);
  case REC_read_only: return mounts_read_only(tree, r->fields);
  case REC_pivot: return mounts_pivot(tree);
  case REC_wait_network: return wait_network(start->ready);
  default: errno = ENOSYS; return -1;
  }
}

/* What a person reads in the error: the path or name that the step was about. */
static const char *target_of(const struct record *r)
{
  switch (r->type) {
  case REC_mount: return r->fields[2];
  case REC_attach: case REC_bind: case REC_symlink: return r->fields[1];
  default: return r->count > 0 ? r->fields[0] : "";
  }
}

/* Dies with the monitor: also when that ended before prctl was called, which its closed socket shows. */
static void follow_monitor(struct start *start)
{
  struct pollfd poll_link = {.fd = start->link, .events = POLLIN};
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (poll(&poll_link, 1, 0) == 1 && poll_link.revents & POLLHUP)
    _exit(EXIT_BERTH);
}

static void wait_for_ids(struct start *start)
{
  struct message message;
  MSG_SEND(start->link, -1, "ids");
  if (msg_receive(start->link, &message) != 1)
    _exit(EXIT_BERTH);
}

/* Uid 0 of the user namespace that this process is in. */
static void become_root(struct start *start)
{
  /* setgroups is EPERM where U1 maps one id alone: then there is nothing to drop that could be dropped. */
  if (setgroups(0, NULL) < 0 && errno != EPERM)
    give_up(start, "ids", "groups", errno);
  if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
    give_up(start, "ids", "", errno);
  follow_monitor(start); /* once more: a change of ids clears it, prctl(2) */
}

/* PID 1 only reaps and signals: of all capabilities it keeps CAP_KILL, to reach a program of another user. */
static void drop_power(void)
{
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {{.effective = 1 << CAP_KILL, .permitted = 1 << CAP_KILL}};
  for (int cap = 0; cap <= 63; cap++)
    prctl(PR_CAPBSET_DROP, cap);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  syscall(SYS_capset, &header, data);
  prctl(PR_SET_DUMPABLE, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/*
 * Of all descriptors only the link to the monitor, the signals and the terminal stay, so that no pipe or mount is held
 * open. The terminal does, or its master would be hung up while the program has it closed.
 */
static void keep_few(struct start *start, int *signals)
{
  int *kept[] = {&start->link, signals, &start->terminal.slave};
  int count = start->terminal.slave >= 0 ? 3 : 2;
  for (int i = 0; i < count; i++)
    *kept[i] = fcntl(*kept[i], F_DUPFD_CLOEXEC, 3 + count); /* out of the way of the next loop */
  for (int i = 0; i < count; i++)
    *kept[i] = dup3(*kept[i], 3 + i, O_CLOEXEC);
  syscall(SYS_close_range, 3 + count, ~0u, 0);
}

/* Waits until the other end is closed. */
static void await_end(int fd)
{
  char byte;
  while (read(fd, &byte, 1) < 0 && errno == EINTR)
    continue;
  close(fd);
}

/* The pipe closes at exec; a byte in it means that the program's process has said which step failed. */
static void await_exec(struct start *start, pid_t program, int alive)
{
  char byte;
  ssize_t n;
  do
    n = read(alive, &byte, 1);
  while (n < 0 && errno == EINTR);
  close(alive);
  if (n == 1) {
    waitpid(program, NULL, 0); /* else a joiner's child would wait for the machine's PID 1 to reap it */
    _exit(EXIT_BERTH);
  }
  MSG_SEND(start->link, -1, "execed");
}

/* Forks the program, which goes on only when we have no power left that it could look for. */
static pid_t start_program(struct start *start)
{
  int alive[2], go[2];
  if (pipe2(alive, O_CLOEXEC) < 0 || pipe2(go, O_CLOEXEC) < 0)
    give_up(start, "fork", "", errno);
  prctl(PR_SET_DUMPABLE, 0); /* /proc/1/exe and /proc/1/fd open for nobody in the container */
  pid_t pid = fork();
  if (pid < 0)
    give_up(start, "fork", "", errno);
  if (pid == 0) {
    close(alive[0]);
    close(go[1]);
    await_end(go[0]);
    process_main(start, alive[1]);
  }
  close(alive[1]);
  drop_power();
  close(go[0]);
  close(go[1]);
  await_exec(start, pid, alive[0]);
  return pid;
}

_Noreturn static void tell_exit(struct start *start, int status)
{
  char text[16];
  snprintf(text, sizeof text, "%d", status);
  MSG_SEND(start->link, -1, "exited", text);
  _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

static void reap(struct start *start, pid_t program)
{
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
    if (pid == program)
      tell_exit(start, status);
}

/* Reaps, passes signals on, ends with the program or with the monitor. */
_Noreturn static void serve(struct start *start, pid_t program, int signals)
{
  struct pollfd fds[2] = {{.fd = signals, .events = POLLIN}, {.fd = start->link, .events = POLLIN}};
  for (;;) {
    reap(start, program);
    if (poll(fds, 2, -1) < 0 && errno != EINTR)
      _exit(EXIT_BERTH);
    struct message message;
    if (fds[1].revents != 0 && msg_receive(start->link, &message) <= 0)
      _exit(EXIT_BERTH);
    struct signalfd_siginfo info;
    if (fds[0].revents != 0 && read(signals, &info, sizeof info) == sizeof info && info.ssi_signo != SIGCHLD)
      kill(program, (int)info.ssi_signo);
  }
}

static int take_signals(void)
{
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  return signalfd(-1, &all, SFD_CLOEXEC);
}

/* The user's keys are not the container's: keyrings are inherited, and belong to no namespace but by user. */
static void leave_keyring(void)
{
  syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, NULL);
}

static void close_range_of(int first, int last)
{
  syscall(SYS_close_range, first, last, 0);
}

void init_main(struct start *start)
{
  struct tree tree = {.root = -1};
  follow_monitor(start);
  close(FD_HANDSHAKE);
  close_range_of(FD_RUNTIME, FD_CGROUP);
  wait_for_ids(start);
  become_root(start);
  if (unshare(CLONE_NEWCGROUP) < 0)
    give_up(start, "clone", "cgroup", errno);
  leave_keyring();
  setsid();
  umask(0022);
  for (size_t i = 0; i < start->plan->count; i++) {
    const struct record *r = &start->plan->records[i];
    if (r->phase == INIT && run_record(start, &tree, r) < 0)
      give_up(start, r->name, target_of(r), errno);
  }
  int signals = take_signals();
  pid_t program = start_program(start);
  keep_few(start, &signals);
  serve(start, program, signals);
}

static void join_namespaces(struct start *start)
{
  const struct record *join = plan_find(start->plan, REC_join);
  uint64_t pid, started;
  if (join == NULL || field_number(join->fields[0], 10, &pid) < 0 || field_number(join->fields[1], 10, &started) < 0)
    give_up(start, "join", "", EINVAL);
  _cleanup_close_ int pidfd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
  /* The pidfd first, then the start time: a pid that was given away in between is not taken for the container. */
  if (pidfd < 0 || start_time((pid_t)pid) != started)
    give_up(start, "join", join->fields[0], ESRCH);
  if (setns(pidfd, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC |
                     CLONE_NEWCGROUP) < 0)
    give_up(start, "join", join->fields[0], errno);
  prctl(PR_SET_DUMPABLE, 0); /* nothing in the container may look into the joiner */
}

void join_main(struct start *start)
{
  follow_monitor(start);
  close(FD_HANDSHAKE);
  close_range_of(FD_ROOT, FD_CGROUP);
  wait_for_ids(start);
  join_namespaces(start);
  become_root(start);
  leave_keyring();
  setsid();
  if (chdir("/") < 0)
    give_up(start, "cwd", "/", errno);
  umask(0022);
  if (start->terminal.wanted && open_terminal(start, AT_FDCWD) < 0)
    give_up(start, "terminal", "/dev/pts/ptmx", errno);
  int signals = take_signals();
  pid_t program = start_program(start);
  keep_few(start, &signals);
  serve(start, program, signals);
}
