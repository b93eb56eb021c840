#include "monitor.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

_Noreturn void launch_undo(struct monitor *m)
{
  if (m->init > 0)
    kill(m->init, SIGKILL);
  if (m->program_fd >= 0) /* of a session: it is in the container's pid namespace, not below its joiner's */
    syscall(SYS_pidfd_send_signal, m->program_fd, SIGKILL, NULL, 0);
  if (m->network.pid > 0)
    kill(m->network.pid, SIGKILL);
  while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
    continue;
  unlinkat(FD_RUNTIME, "attach", 0);
  unlinkat(FD_RUNTIME, "network", 0);
  unlinkat(FD_RUNTIME, "udp", 0);
  unlinkat(FD_DATA, "monitor", 0);
  _exit(EXIT_BERTH);
}

void launch_fail(struct monitor *m, const char *step, const char *target, int error)
{
  msg_send_failed(m->handshake, step, target, error);
  launch_undo(m);
}

void write_monitor_record(struct monitor *m)
{
  char text[512], boot[64] = "";
  ssize_t n = read_file_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", boot, sizeof boot);
  if (n > 0 && boot[n - 1] == '\n')
    boot[n - 1] = '\0';
  int size = snprintf(text, sizeof text, "berth-monitor 1\nboot %s\nmonitor %d %llu\ninit %d %llu\n", boot,
                      (int)getpid(), (unsigned long long)start_time(getpid()), (int)m->init,
                      (unsigned long long)m->init_start);
  if (m->program > 0)
    size += snprintf(text + size, sizeof text - (size_t)size, "process %d %llu\n", (int)m->program,
                     (unsigned long long)m->program_start);
  if (m->network.pid > 0)
    size += snprintf(text + size, sizeof text - (size_t)size, "network %d %llu\n", (int)m->network.pid,
                     (unsigned long long)m->network.started);
  if (m->udp.relay > 0)
    size += snprintf(text + size, sizeof text - (size_t)size, "relay %d %llu\n", (int)m->udp.relay,
                     (unsigned long long)m->udp.started);
  /* No fsync: the record means nothing after this boot. */
  int fd = openat(FD_DATA, "monitor.tmp", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0)
    return;
  if (write_all(fd, text, (size_t)size) == 0)
    renameat(FD_DATA, "monitor.tmp", FD_DATA, "monitor");
  close(fd);
}

static bool is_directory(int fd)
{
  struct stat st;
  return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

/* fork, with namespaces and, where there is one, born in the cgroup: clone3(2). */
static pid_t clone_child(uint64_t flags)
{
  struct clone_args args = {.flags = flags, .exit_signal = SIGCHLD};
  if (is_directory(FD_CGROUP)) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = FD_CGROUP;
  }
  return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

static void map_ids(struct monitor *m, enum record_type type, const char *file)
{
  char path[64], lines[4096];
  size_t size = 0;
  for (size_t i = 0; i < m->plan.count; i++) {
    const struct record *r = &m->plan.records[i];
    if (r->type != type)
      continue;
    size += (size_t)snprintf(lines + size, sizeof lines - size, "%s %s %s\n", r->fields[0], r->fields[1], r->fields[2]);
    if (size >= sizeof lines)
      launch_fail(m, "ids", file, E2BIG);
  }
  snprintf(path, sizeof path, "/proc/%d/%s", (int)m->init, file);
  if (size == 0 || write_file(AT_FDCWD, path, lines) < 0)
    launch_fail(m, "ids", file, size == 0 ? EINVAL : errno);
}

/* Pipes of the program; the child's ends go to start, ours to the monitor. */
static void make_pipes(struct monitor *m, struct start *start)
{
  const struct record *input = plan_find(&m->plan, REC_input);
  bool open_input = input != NULL && strcmp(input->fields[0], "open") == 0;
  for (int i = open_input ? 0 : 1; i < 3; i++) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
      launch_fail(m, "fork", "pipe", errno);
    start->stdio[i] = i == 0 ? ends[0] : ends[1];
    int mine = i == 0 ? ends[1] : ends[0];
    set_nonblock(mine);
    if (i == 0)
      m->input = mine;
    else
      m->output[i - 1] = mine;
  }
}

static bool read_tty(struct monitor *m, struct start *start)
{
  const struct record *tty = plan_find(&m->plan, REC_tty);
  uint64_t columns, rows;
  if (tty == NULL)
    return false;
  if (!parse_number(tty->fields[0], 10, UINT16_MAX, &columns) || !parse_number(tty->fields[1], 10, UINT16_MAX, &rows))
    launch_fail(m, "plan", "tty", EINVAL);
  start->terminal.wanted = true;
  start->terminal.columns = (uint16_t)columns;
  start->terminal.rows = (uint16_t)rows;
  uint8_t size[4] = {(uint8_t)(columns >> 8), (uint8_t)columns, (uint8_t)(rows >> 8), (uint8_t)rows};
  log_append(&m->log, LOG_SIZE, size, sizeof size);
  return true;
}

static void join_old_cgroups(struct monitor *m)
{
  char text[16];
  snprintf(text, sizeof text, "%d", (int)m->init);
  for (size_t i = 0; i < m->plan.count; i++) {
    const struct record *r = &m->plan.records[i];
    if (r->type == REC_cgroup_procs && write_file(AT_FDCWD, r->fields[0], text) < 0)
      launch_fail(m, "cgroup_procs", r->fields[0], errno);
  }
}

static void make_link(struct monitor *m, int ends[2])
{
  int on = 1;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0 ||
      setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0)
    launch_fail(m, "clone", "", errno);
}

static void tell_spawned(struct monitor *m)
{
  char text[4][24];
  snprintf(text[0], sizeof text[0], "%d", (int)getpid());
  snprintf(text[1], sizeof text[1], "%llu", (unsigned long long)start_time(getpid()));
  snprintf(text[2], sizeof text[2], "%d", (int)m->init);
  snprintf(text[3], sizeof text[3], "%llu", (unsigned long long)m->init_start);
  MSG_SEND(m->handshake, -1, "spawned", text[0], text[1], text[2], text[3]);
}

static void close_if(int fd)
{
  if (fd >= 0)
    close(fd);
}

/* What lies between the monitor and its child while it is started. */
struct channels {
  struct start start; /* the child's side */
  int link[2];        /* ours, the child's */
  int ready[2];       /* the child's, slirp4netns' */
};

/* In the child. Our ends of the program's pipes must not live in PID 1, or it would never see their end. */
_Noreturn static void be_child(struct monitor *m, struct channels *c)
{
  const int ours[] = {c->link[0], c->ready[1], m->output[0], m->output[1], m->input, m->listener, m->udp.listener, m->signals, m->log.fd};
  for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
    close_if(ours[i]);
  c->start.link = c->link[1];
  c->start.ready = c->ready[0];
  if (m->exec)
    join_main(&c->start);
  init_main(&c->start);
}

static void make_child(struct monitor *m, struct channels *c)
{
  /* No CLONE_NEWCGROUP: its root would be our own cgroup. PID 1 makes it when it is where it belongs. */
  uint64_t namespaces = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC;
  make_link(m, c->link);
  if (plan_find(&m->plan, REC_network) != NULL && pipe2(c->ready, O_CLOEXEC) < 0)
    launch_fail(m, "network", "", errno);
  m->init = clone_child(m->exec ? 0 : namespaces);
  if (m->init < 0)
    launch_fail(m, "clone", "", errno);
  if (m->init == 0)
    be_child(m, c);
  m->link = c->link[0];
  m->init_start = start_time(m->init);
  m->init_fd = (int)syscall(SYS_pidfd_open, m->init, 0);
  const int childs[] = {c->link[1], c->ready[0], c->start.stdio[0], c->start.stdio[1], c->start.stdio[2]};
  for (size_t i = 0; i < ARRAY_SIZE(childs); i++)
    close_if(childs[i]);
}

void launch(struct monitor *m)
{
  struct channels c = {.link = {-1, -1}, .ready = {-1, -1}};
  c.start = (struct start){.plan = &m->plan, .ready = -1, .stdio = {-1, -1, -1}, .terminal = {.slave = -1}};
  m->has_tty = read_tty(m, &c.start);
  if (!m->has_tty)
    make_pipes(m, &c.start);
  make_child(m, &c);
  join_old_cgroups(m);
  if (!m->exec) {
    map_ids(m, REC_uid_map, "uid_map");
    map_ids(m, REC_gid_map, "gid_map");
  }
  network_start(m, c.ready[1]);
  close_if(c.ready[1]);
  write_monitor_record(m);
  tell_spawned(m);
  MSG_SEND(m->link, -1, "mapped");
  set_nonblock(m->link);
}
