/* slirp4netns of a container: started with it, replaced when it dies alone, gone with it. */
#include "monitor.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
  FIRST_PAUSE_MS = 50,       /* long enough for the end of PID 1 to be heard, which takes the network with it */
  LONGEST_PAUSE_MS = 2000,
  READY_PATIENCE_MS = 10000,
  CALM_MS = 10000,           /* one that has served so long did not die of its start */
  DEATHS_MAX = 10
};

/* The words of the network's command line that only the monitor knows. */
static char *fill_in(const struct monitor *m, const char *argument)
{
  static const char *const NAMES[] = {"@USERNS@", "@NETNS@", "@READYFD@", "@EXITFD@", "@APISOCK@"};
  char user[64], net[64];
  snprintf(user, sizeof user, "/proc/%d/ns/user", (int)m->init);
  snprintf(net, sizeof net, "/proc/%d/ns/net", (int)m->init);
  const char *const values[] = {user, net, "3", "4", "/proc/self/fd/5/network"};
  for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++) {
    const char *at = strstr(argument, NAMES[i]);
    if (at == NULL)
      continue;
    size_t size = strlen(argument) + strlen(values[i]) + 1;
    char *text = malloc(size);
    if (text != NULL)
      snprintf(text, size, "%.*s%s%s", (int)(at - argument), argument, values[i], at + strlen(NAMES[i]));
    return text;
  }
  return strdup(argument);
}

/* In the child: ready end at 3, exit end at 4, the runtime directory at 5, everything else closed. */
_Noreturn static void exec_network(const struct monitor *m, const struct record *r, int ready, int end)
{
  char **argv = calloc(r->count + 1, sizeof *argv);
  char *env[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL};
  for (size_t i = 0; argv != NULL && i < r->count; i++)
    argv[i] = fill_in(m, r->fields[i]);
  int out = openat(FD_RUNTIME, "network.log", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  int high[4] = {fcntl(ready, F_DUPFD, 6), fcntl(end, F_DUPFD, 6), fcntl(FD_RUNTIME, F_DUPFD, 6),
                 out < 0 ? 2 : fcntl(out, F_DUPFD, 6)};
  reset_signals();
  setsid();
  for (int i = 0; i < 3; i++)
    dup2(high[i], 3 + i);
  dup2(high[3], 1);
  dup2(high[3], 2);
  syscall(SYS_close_range, 6, ~0u, 0);
  if (argv != NULL)
    execve(argv[0], argv, env);
  dprintf(2, "cannot run %s: %s\n", r->fields[0], strerror(errno));
  _exit(EXIT_NOT_FOUND);
}

/* 0, or -1 with errno. */
static int spawn(struct monitor *m, const struct record *r, int ready)
{
  int end[2];
  if (pipe2(end, O_CLOEXEC) < 0)
    return -1;
  unlinkat(FD_RUNTIME, "network", 0); /* of one that was killed */
  pid_t pid = fork();
  if (pid == 0)
    exec_network(m, r, ready, end[0]);
  close(end[0]);
  if (pid < 0) {
    close(end[1]);
    return -1;
  }
  m->network.pid = pid;
  m->network.started = start_time(pid);
  m->network.exit_end = end[1];
  m->network.began = monotonic_ms();
  return 0;
}

void network_start(struct monitor *m, int ready)
{
  const struct record *r = plan_find(&m->plan, REC_network);
  if (r != NULL && spawn(m, r, ready) < 0)
    launch_fail(m, "network", r->fields[0], errno);
}

static void change(struct monitor *m, enum network_state state)
{
  if (m->network.state == state)
    return;
  m->network.state = state;
  m->network.news++;
}

/* The pause grows with each death in quick succession; after the last one the container has no network any more. */
static void plan_replacement(struct monitor *m)
{
  struct network *n = &m->network;
  uint64_t now = monotonic_ms();
  if (n->deaths > 0 && n->began > 0 && now - n->began >= CALM_MS)
    n->deaths = 0;
  if (++n->deaths > DEATHS_MAX) {
    n->due = 0;
    change(m, NETWORK_LOST);
    return;
  }
  uint64_t pause = (uint64_t)FIRST_PAUSE_MS << (n->deaths - 1);
  n->due = now + (pause < LONGEST_PAUSE_MS ? pause : LONGEST_PAUSE_MS);
  change(m, NETWORK_REPLACED);
}

void network_died(struct monitor *m)
{
  m->network.pid = 0;
  close_fd(&m->network.exit_end);
  close_fd(&m->network.ready);
  plan_replacement(m);
}

static void replace(struct monitor *m)
{
  int ready[2];
  m->network.began = monotonic_ms();
  if (pipe2(ready, O_CLOEXEC | O_NONBLOCK) < 0)
    return plan_replacement(m);
  int failed = spawn(m, plan_find(&m->plan, REC_network), ready[1]);
  close(ready[1]);
  if (failed != 0) {
    close(ready[0]);
    return plan_replacement(m);
  }
  m->network.ready = ready[0];
  m->network.due = m->network.began + READY_PATIENCE_MS;
  write_monitor_record(m);
}

/* It serves, or has closed its end without a word: then it dies, and is reaped. */
static void hear_ready(struct monitor *m)
{
  char byte;
  ssize_t n = read(m->network.ready, &byte, 1);
  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return;
  close_fd(&m->network.ready);
  if (n != 1)
    return;
  m->network.due = 0;
  m->network.replacements++;
  change(m, NETWORK_READY);
}

int network_timeout(const struct monitor *m)
{
  if (m->network.due == 0 || !m->execed)
    return -1;
  uint64_t now = monotonic_ms();
  return m->network.due <= now ? 0 : (int)(m->network.due - now);
}

void network_work(struct monitor *m, bool readable)
{
  if (readable)
    hear_ready(m);
  /* Before the program runs, PID 1 waits for its network, and fails without. */
  if (m->network.due == 0 || !m->execed || monotonic_ms() < m->network.due)
    return;
  m->network.due = 0;
  if (m->network.pid > 0)
    kill(m->network.pid, SIGKILL); /* it does not come up: its end is its answer */
  else
    replace(m);
}

void network_close(struct monitor *m)
{
  close_fd(&m->network.exit_end);
  close_fd(&m->network.ready);
  m->network.due = 0;
}
