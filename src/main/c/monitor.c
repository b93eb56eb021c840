#include "monitor.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int exit_code(int status)
{
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void close_fd(int *fd)
{
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
}

/* ---- set-up ---- */

static void keep_only_contract(void)
{
  int mounts = FD_FIRST_MOUNT;
  while (fcntl(mounts, F_GETFD) >= 0)
    mounts++;
  syscall(SYS_close_range, mounts, ~0u, 0);
  for (int fd = FD_PLAN; fd < mounts; fd++)
    set_cloexec(fd, true);
}

static int take_signals(void)
{
  sigset_t set;
  reset_signals();
  /* The terminal and the session that started the service do not end containers. */
  for (size_t i = 0; i < 4; i++)
    signal((int[]){SIGINT, SIGQUIT, SIGTERM, SIGPIPE}[i], SIG_IGN);
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGHUP);
  sigprocmask(SIG_BLOCK, &set, NULL);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int runtime_listener(const char *name, int *listener)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", FD_RUNTIME, name);
  unlinkat(FD_RUNTIME, name, 0);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 16) < 0) {
    close_fd(&fd);
    return -1;
  }
  close_fd(listener);
  *listener = fd;
  return 0;
}

/* Where somebody has deleted the runtime directory (logging out does) and the service has made it again. */
static void reopen_runtime(void)
{
  static const char GONE[] = " (deleted)";
  char path[4096];
  struct stat st;
  ssize_t n = readlink("/proc/self/fd/6", path, sizeof path - 1);
  size_t end = sizeof GONE - 1;
  if (n <= (ssize_t)end || memcmp(path + (size_t)n - end, GONE, end) != 0)
    return;
  path[(size_t)n - end] = '\0';
  _cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid())
    dup3(fd, FD_RUNTIME, O_CLOEXEC);
}

static bool is_in_runtime(const char *name)
{
  struct stat st;
  return fstatat(FD_RUNTIME, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/*
 * SIGHUP: the service cannot reach us. The network's helper is replaced when its socket is gone, too. Not for a session: its log was in
 * that directory.
 */
static void listen_again(struct monitor *m)
{
  if (m->exec || !m->execed)
    return;
  reopen_runtime();
  if (!is_in_runtime("attach"))
    runtime_listener("attach", &m->listener);
  if (m->udp.listener >= 0 && !is_in_runtime("udp"))
    runtime_listener("udp", &m->udp.listener);
  if (m->network.pid > 0 && !is_in_runtime("network"))
    kill(m->network.pid, SIGKILL);
}

static void open_log(struct monitor *m)
{
  const struct record *r = plan_find(&m->plan, REC_log);
  uint64_t bytes = 10 << 20, files = 3;
  if (r != NULL && (!parse_number(r->fields[0], 10, 1ull << 40, &bytes) ||
                    !parse_number(r->fields[1], 10, 100, &files) || files == 0))
    launch_fail(m, "plan", "log", EINVAL);
  const char *mode = r != NULL && r->count > 2 ? r->fields[2] : m->exec ? "wait" : "ring";
  m->waits = strcmp(mode, "wait") == 0;
  m->expects = strcmp(mode, "reader") == 0;
  if (log_open(&m->log, FD_DATA, bytes, (unsigned)files) < 0)
    launch_fail(m, "log", "log", errno);
}

/* ---- from PID 1 and the program ---- */

static void take_terminal(struct monitor *m, int master)
{
  if (master < 0)
    return;
  if (m->output[0] >= 0) {
    close(master);
    return;
  }
  set_nonblock(master);
  m->output[0] = master;
  const struct record *input = plan_find(&m->plan, REC_input);
  if (input == NULL || strcmp(input->fields[0], "open") == 0)
    m->input = master;
}

static bool service_is_gone(const struct monitor *m)
{
  struct pollfd handshake = {.fd = m->handshake, .events = POLLIN};
  return poll(&handshake, 1, 0) == 1;
}

/*
 * The answer lets the program go, and it may have run and ended before its start is heard of here: a service that goes after this does
 * not undo it any more.
 */
static void take_program(struct monitor *m, pid_t pid)
{
  if (m->program > 0 || pid <= 0)
    return;
  m->program = pid;
  m->program_start = start_time(pid);
  m->program_fd = (int)syscall(SYS_pidfd_open, pid, 0);
  if (service_is_gone(m))
    launch_undo(m);
  MSG_SEND(m->link, -1, "known");
}

static void tell_execed(struct monitor *m)
{
  char pid[24], start[24];
  m->execed = true;
  m->execed_at = monotonic_ms();
  write_monitor_record(m);
  snprintf(pid, sizeof pid, "%d", (int)m->program);
  snprintf(start, sizeof start, "%llu", (unsigned long long)m->program_start);
  MSG_SEND(m->handshake, -1, "execed", pid, start);
  close_fd(&m->handshake);
}

static void pass_failure(struct monitor *m, const struct message *message)
{
  int64_t error = 0;
  if (message->count < 4 || !parse_signed(message->field[3], &error))
    launch_fail(m, "plan", "", EPROTO);
  launch_fail(m, message->field[1], message->field[2], (int)error);
}

static void hear_link(struct monitor *m)
{
  struct message message;
  int got;
  while ((got = msg_receive(m->link, &message)) == 1) {
    const char *what = message.count > 0 ? message.field[0] : "";
    int64_t status;
    if (strcmp(what, "exited") == 0 && message.count > 1 && parse_signed(message.field[1], &status)) {
      m->status = (int)status;
      m->status_known = true;
    } else if (m->execed) {
      /* The program is the image's from here on: nothing else is believed. */
      if (message.fd >= 0)
        close(message.fd);
    } else if (strcmp(what, "terminal") == 0) {
      take_terminal(m, message.fd);
    } else if (strcmp(what, "process") == 0) {
      take_program(m, message.pid);
    } else if (strcmp(what, "execed") == 0) {
      tell_execed(m);
    } else if (strcmp(what, "failed") == 0) {
      pass_failure(m, &message);
    }
  }
  if (got == 0)
    close_fd(&m->link);
}

/* ---- output ---- */

static bool output_waits(struct monitor *m)
{
  bool typed_at = m->input >= 0 && m->input == m->output[0];
  m->held_for = -1;
  if (m->init_gone)
    return false;
  if (typed_at && (m->held_for = clients_hold(m)) >= 0)
    return true;
  int expected = clients_expected(m); /* asked first: when its time ends meanwhile, nothing is kept for it below */
  uint64_t kept_from = clients_keep_from(m);
  if (kept_from == UINT64_MAX || log_dropped_by(&m->log, READ_SIZE) <= kept_from)
    return false;
  m->held_for = expected;
  return true;
}

/* Reads what is there, up to the buffer: many small writes of a terminal become one record. */
static void read_output(struct monitor *m, int which)
{
  size_t filled = 0;
  bool ended = false;
  while (filled < READ_SIZE) {
    ssize_t n = read(m->output[which], m->buffer + filled, READ_SIZE - filled);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      break;
    if (n <= 0) { /* EIO: no program holds the terminal; it may come back while PID 1 lives */
      ended = n == 0 || errno != EIO || m->init_gone;
      break;
    }
    filled += (size_t)n;
  }
  if (filled > 0)
    log_append(&m->log, which == 0 ? LOG_STDOUT : LOG_STDERR, m->buffer, filled);
  if (ended) {
    if (m->input == m->output[which])
      m->input = -1;
    close_fd(&m->output[which]);
  }
}

/*
 * What was written before the end. A container's pipes and terminal end by themselves, for all who held them are dead.
 * What a session's program left in the background may hold them open: then a short silence is the end.
 */
static void drain_output(struct monitor *m)
{
  enum { SILENCE_MS = 50, ROUNDS = 256 };
  if (m->waits || clients_keep_from(m) != UINT64_MAX)
    m->log.max = UINT64_MAX; /* nothing that the reader still wants may be rotated away */
  for (int i = 0; i < 2; i++)
    for (int rounds = 0; m->output[i] >= 0 && rounds < ROUNDS; rounds++) {
      uint64_t before = log_end(&m->log) + m->log.lost;
      read_output(m, i);
      if (m->output[i] < 0 || log_end(&m->log) + m->log.lost != before)
        continue;
      if (poll(&(struct pollfd){.fd = m->output[i], .events = POLLIN}, 1, SILENCE_MS) <= 0)
        break;
    }
}

/* ---- the end ---- */

/* Durable before it is known: whoever hears of the end finds the file, also after a power failure. */
static void write_exit(struct monitor *m)
{
  char text[256];
  int size = snprintf(text, sizeof text, "berth-exit 1\ncode %d\nsignal %d\ntime %llu\nreason %s\n",
                      exit_code(m->status), WIFSIGNALED(m->status) ? WTERMSIG(m->status) : 0,
                      (unsigned long long)now_ns(), m->reason);
  _cleanup_close_ int fd = openat(FD_DATA, "exit.tmp", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0 || write_all(fd, text, (size_t)size) < 0)
    return;
  if (!m->exec) /* a session's directory does not outlive a reboot */
    fsync(fd);
  if (renameat(FD_DATA, "exit.tmp", FD_DATA, "exit") < 0 || m->exec)
    return;
  _cleanup_close_ int dir = openat(FD_DATA, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir >= 0)
    fsync(dir);
}

static void tell_clients(struct monitor *m)
{
  for (size_t i = 0; i < CLIENTS_MAX; i++)
    if (m->clients[i] != NULL)
      client_write(m, m->clients[i]);
}

static bool clients_know(const struct monitor *m)
{
  for (size_t i = 0; i < CLIENTS_MAX; i++)
    if (m->clients[i] != NULL && !m->clients[i]->deaf &&
        (!m->clients[i]->told_exit || m->clients[i]->out_done < m->clients[i]->out_filled))
      return false;
  return true;
}

/* Waits for what a container must not leave behind: slirp4netns; and a second at most for clients that do not read. */
static void linger(struct monitor *m)
{
  enum { STEP_MS = 10, PATIENCE = 100, STEPS = 200 };
  udp_close(m);
  network_close(m);
  for (int step = 0; step < STEPS; step++) {
    if (m->network.pid > 0 && waitpid(m->network.pid, NULL, WNOHANG) == m->network.pid)
      m->network.pid = 0;
    if (m->network.pid > 0 && step == PATIENCE)
      kill(m->network.pid, SIGKILL);
    tell_clients(m);
    if (m->network.pid <= 0 && (clients_know(m) || step > PATIENCE))
      return;
    poll(NULL, 0, STEP_MS);
  }
}

_Noreturn static void finish(struct monitor *m)
{
  if (m->exec && !m->status_known && m->program_fd >= 0) /* the joiner was killed: its program goes as well */
    syscall(SYS_pidfd_send_signal, m->program_fd, SIGKILL, NULL, 0);
  drain_output(m);
  write_exit(m);
  m->told = true;
  tell_clients(m);
  linger(m);
  unlinkat(FD_RUNTIME, "attach", 0);
  unlinkat(FD_RUNTIME, "network", 0);
  unlinkat(FD_RUNTIME, "network.log", 0);
  unlinkat(FD_DATA, "monitor", 0);
  _exit(0);
}

static void reap(struct monitor *m)
{
  struct signalfd_siginfo info;
  int status;
  pid_t pid;
  bool asked = false;
  while (read(m->signals, &info, sizeof info) == sizeof info)
    asked |= info.ssi_signo == SIGHUP;
  if (asked)
    listen_again(m);
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    if (pid == m->network.pid)
      network_died(m);
    if (pid == m->udp.relay)
      udp_died(m);
    if (pid != m->init)
      continue;
    hear_link(m);
    m->init_gone = true;
    if (!m->execed)
      launch_fail(m, "clone", WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "", ECHILD);
    if (!m->status_known) {
      m->status = status;
      m->reason = m->exec ? "the session was killed from outside" : "the container was killed from outside";
    }
  }
}

/* ---- the loop ---- */

enum { SLOT_LINK, SLOT_HANDSHAKE, SLOT_SIGNALS, SLOT_LISTENER, SLOT_OUT, SLOT_ERR, SLOT_IN, SLOT_NETWORK,
       SLOT_UDP, SLOT_CLIENTS };

static bool any_waits_for_input(const struct monitor *m)
{
  for (size_t i = 0; i < CLIENTS_MAX; i++)
    if (m->clients[i] != NULL && m->clients[i]->waits_for_input)
      return true;
  return false;
}

static void fill_poll(struct monitor *m, struct pollfd *fds)
{
  bool waits = output_waits(m);
  fds[SLOT_LINK] = (struct pollfd){.fd = m->link, .events = POLLIN};
  fds[SLOT_HANDSHAKE] = (struct pollfd){.fd = m->handshake, .events = POLLIN};
  fds[SLOT_SIGNALS] = (struct pollfd){.fd = m->signals, .events = POLLIN};
  fds[SLOT_LISTENER] = (struct pollfd){.fd = m->listener, .events = POLLIN};
  fds[SLOT_OUT] = (struct pollfd){.fd = waits ? -1 : m->output[0], .events = POLLIN};
  fds[SLOT_ERR] = (struct pollfd){.fd = waits ? -1 : m->output[1], .events = POLLIN};
  fds[SLOT_IN] = (struct pollfd){.fd = any_waits_for_input(m) ? m->input : -1, .events = POLLOUT};
  fds[SLOT_NETWORK] = (struct pollfd){.fd = m->network.ready, .events = POLLIN};
  fds[SLOT_UDP] = (struct pollfd){.fd = m->udp.listener, .events = POLLIN};
  for (size_t i = 0; i < CLIENTS_MAX; i++) {
    struct client *c = m->clients[i];
    struct pollfd *p = &fds[SLOT_CLIENTS + i];
    *p = (struct pollfd){.fd = c == NULL ? -1 : c->fd};
    if (c == NULL)
      continue;
    bool writes = !c->deaf && c->out_done < c->out_filled;
    p->events = (short)((c->waits_for_input ? 0 : POLLIN) | (writes ? POLLOUT : 0));
    /* Gone, with input that the program has still to take: its hang-up would wake us all the time. */
    if (c->waits_for_input && c->deaf)
      p->fd = -1;
  }
}

static void serve_clients(struct monitor *m, const struct pollfd *fds)
{
  for (size_t i = 0; i < CLIENTS_MAX; i++) {
    struct client **slot = &m->clients[i];
    short got = fds[SLOT_CLIENTS + i].fd >= 0 ? fds[SLOT_CLIENTS + i].revents : 0;
    if (*slot != NULL && (*slot)->waits_for_input)
      client_work(m, slot);
    if (*slot != NULL && (*slot)->waits_for_input && (got & (POLLERR | POLLHUP)) != 0) {
      (*slot)->deaf = true;
      m->reader_left = m->reader_left || (*slot)->greeted;
    } else if (*slot != NULL && (got & (POLLIN | POLLERR | POLLHUP)) != 0)
      client_read(m, slot);
    if (*slot != NULL)
      client_write(m, *slot);
  }
}

/* A terminal without a program at its other end polls as hung up all the time: rest instead of spinning. */
static bool hung_up(const struct pollfd *p)
{
  return p->fd >= 0 && (p->revents & POLLHUP) != 0 && (p->revents & POLLIN) == 0;
}

/* Until the first of two times; -1 is never. */
static int sooner(int a, int b)
{
  return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* What is due, and what a network has to say; nothing of it when the container has ended. */
static void tend_network(struct monitor *m, const struct pollfd *fds)
{
  if (m->init_gone)
    return;
  network_work(m, fds[SLOT_NETWORK].fd >= 0 && fds[SLOT_NETWORK].revents != 0);
  udp_work(m);
  if (fds[SLOT_UDP].fd >= 0 && fds[SLOT_UDP].revents != 0)
    udp_serve(m);
}

/* During the start. */
static void service_went(struct monitor *m)
{
  if (m->program <= 0)
    launch_undo(m);
  close_fd(&m->handshake);
}

static void run_once(struct monitor *m)
{
  struct pollfd fds[SLOT_CLIENTS + CLIENTS_MAX];
  fill_poll(m, fds);
  int timeout = sooner(m->held_for, sooner(network_timeout(m), udp_timeout(m)));
  if (poll(fds, ARRAY_SIZE(fds), timeout) < 0 && errno != EINTR)
    return;
  for (int i = 0; i < 2; i++)
    if (fds[SLOT_OUT + i].fd >= 0 && fds[SLOT_OUT + i].revents != 0 && (i == 0 || !output_waits(m)))
      read_output(m, i);
  if (fds[SLOT_LINK].fd >= 0 && fds[SLOT_LINK].revents != 0)
    hear_link(m);
  if (fds[SLOT_SIGNALS].revents != 0)
    reap(m);
  tend_network(m, fds);
  if (fds[SLOT_LISTENER].revents != 0)
    client_accept(m);
  serve_clients(m, fds);
  if (m->has_tty && hung_up(&fds[SLOT_OUT]) && m->execed && !m->init_gone)
    poll(&(struct pollfd){.fd = m->signals, .events = POLLIN}, 1, 20);
  if (fds[SLOT_HANDSHAKE].fd >= 0 && fds[SLOT_HANDSHAKE].revents != 0)
    service_went(m);
}

int monitor_main(void)
{
  static struct monitor m = {
    .link = -1, .handshake = FD_HANDSHAKE, .listener = -1, .output = {-1, -1}, .input = -1,
    .init_fd = -1, .program_fd = -1, .network = {.exit_end = -1, .ready = -1, .state = NETWORK_READY},
    .udp = {.listener = -1, .control = -1}, .log = {.fd = -1}, .reason = ""};
  prctl(PR_SET_NAME, "berth-init"); /* else the number of the descriptor it was executed from */
  keep_only_contract();
  m.signals = take_signals();
  umask(0077);
  const char *wrong = plan_read(&m.plan, FD_PLAN);
  const struct record *session = wrong == NULL ? plan_find(&m.plan, REC_session) : NULL;
  if (session == NULL)
    launch_fail(&m, "plan", wrong != NULL ? wrong : "no session", EINVAL);
  m.exec = strcmp(session->fields[0], "exec") == 0;
  unlinkat(FD_DATA, "exit", 0);
  open_log(&m);
  if (runtime_listener("attach", &m.listener) < 0)
    launch_fail(&m, "socket", "attach", errno);
  udp_open(&m);
  launch(&m);
  while (!m.init_gone)
    run_once(&m);
  finish(&m);
}
