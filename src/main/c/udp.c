/* UDP ports of the machine that lead to a container: asked for at the socket `udp`, carried by the relay. */
#include "monitor.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAUSE_MS = 200, TAKE_BACK_MS = 1000, REQUEST = 256, FIELDS = 5 };

void udp_open(struct monitor *m)
{
  if (plan_find(&m->plan, REC_network) != NULL && runtime_listener("udp", &m->udp.listener) < 0)
    launch_fail(m, "socket", "udp", errno);
}

static int pass(struct monitor *m, size_t index)
{
  const struct udp_forward *f = &m->udp.forwards[index];
  char slot[24], port[16];
  snprintf(slot, sizeof slot, "%zu", index);
  snprintf(port, sizeof port, "%u", f->inside_port);
  return MSG_SEND(m->udp.control, f->fd, "add", slot, f->inside, port);
}

_Noreturn static void be_relay(const struct monitor *m, int control)
{
  pid_t parent = getppid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(0);
  relay_main(control, m->init);
}

/* With all forwards that there are. 0, or -1 with errno. */
static int start_relay(struct monitor *m)
{
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
    return -1;
  pid_t pid = fork();
  if (pid == 0)
    be_relay(m, ends[1]);
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return -1;
  }
  m->udp.relay = pid;
  m->udp.started = start_time(pid);
  m->udp.control = ends[0];
  for (size_t i = 0; i < FORWARDS_MAX; i++)
    if (m->udp.forwards[i].used)
      pass(m, i);
  write_monitor_record(m);
  return 0;
}

static struct udp_forward *find(struct monitor *m, struct in_addr host, uint16_t port)
{
  for (size_t i = 0; i < FORWARDS_MAX; i++) {
    struct udp_forward *f = &m->udp.forwards[i];
    if (f->used && f->host.s_addr == host.s_addr && f->port == port)
      return f;
  }
  return NULL;
}

static int bound(struct in_addr host, uint16_t port)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = host};
  int on = 1, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd >= 0 && (setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) < 0 ||
                  bind(fd, (struct sockaddr *)&address, sizeof address) < 0)) {
    closep(&fd);
    return -1;
  }
  return fd;
}

/* These return 0 or an errno. */

static int add(struct monitor *m, struct in_addr host, uint16_t port, const char *inside, uint16_t inside_port)
{
  size_t index = 0;
  while (index < FORWARDS_MAX && m->udp.forwards[index].used)
    index++;
  if (index == FORWARDS_MAX)
    return ENOSPC;
  int fd = bound(host, port);
  if (fd < 0)
    return errno;
  struct udp_forward *f = &m->udp.forwards[index];
  *f = (struct udp_forward){.used = true, .fd = fd, .host = host, .port = port, .inside_port = inside_port};
  snprintf(f->inside, sizeof f->inside, "%s", inside);
  int failed = m->udp.relay > 0 ? pass(m, index) : m->udp.due > 0 ? 0 : start_relay(m);
  if (failed == 0)
    return 0;
  int error = errno;
  if (m->udp.relay > 0) /* it has just died, and its successor gets this one, too */
    return 0;
  close(fd);
  f->used = false;
  return error;
}

/* Returns when the relay has closed it: the port is free then. */
static void take_back(struct monitor *m, size_t index)
{
  struct message message;
  char slot[24];
  snprintf(slot, sizeof slot, "%zu", index);
  if (MSG_SEND(m->udp.control, -1, "remove", slot) == 0 &&
      poll(&(struct pollfd){.fd = m->udp.control, .events = POLLIN}, 1, TAKE_BACK_MS) == 1)
    msg_receive(m->udp.control, &message);
}

static int end(struct monitor *m, struct in_addr host, uint16_t port)
{
  struct udp_forward *f = find(m, host, port);
  if (f == NULL)
    return ENOENT;
  if (m->udp.relay > 0)
    take_back(m, (size_t)(f - m->udp.forwards));
  close(f->fd);
  f->used = false;
  return 0;
}

static void list(const struct monitor *m, FILE *out)
{
  for (size_t i = 0; i < FORWARDS_MAX; i++) {
    const struct udp_forward *f = &m->udp.forwards[i];
    char host[INET_ADDRSTRLEN];
    if (f->used && inet_ntop(AF_INET, &f->host, host, sizeof host) != NULL)
      fprintf(out, "forward %s %u %s %u\n", host, f->port, f->inside, f->inside_port);
  }
}

static size_t split(char *text, char **field)
{
  size_t count = 0;
  char *keep = NULL;
  for (char *part = strtok_r(text, " \n", &keep); part != NULL && count < FIELDS; part = strtok_r(NULL, " \n", &keep))
    field[count++] = part;
  return count;
}

/* `list`, `add` HOST PORT INSIDE PORT, `remove` HOST PORT. */
static int perform(struct monitor *m, char *request, FILE *out)
{
  char *field[FIELDS];
  size_t count = split(request, field);
  struct in_addr host, inside;
  uint64_t port, inside_port;
  if (count == 1 && strcmp(field[0], "list") == 0) {
    list(m, out);
    return 0;
  }
  if (count < 3 || inet_pton(AF_INET, field[1], &host) != 1 || !parse_number(field[2], 10, UINT16_MAX, &port) || port == 0)
    return EINVAL;
  if (count == 3 && strcmp(field[0], "remove") == 0)
    return end(m, host, (uint16_t)port);
  if (count != 5 || strcmp(field[0], "add") != 0 || inet_pton(AF_INET, field[3], &inside) != 1 ||
      !parse_number(field[4], 10, UINT16_MAX, &inside_port) || inside_port == 0)
    return EINVAL;
  return add(m, host, (uint16_t)port, field[3], (uint16_t)inside_port);
}

/* One request for each connection, to its end; who does not send it within a second is not waited for. */
void udp_serve(struct monitor *m)
{
  char request[REQUEST], *reply = NULL;
  size_t filled = 0, size = 0;
  ssize_t n;
  struct timeval patience = {.tv_sec = 1};
  _cleanup_close_ int fd = accept4(m->udp.listener, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0)
    return;
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  while (filled < sizeof request - 1 && (n = recv(fd, request + filled, sizeof request - 1 - filled, 0)) > 0)
    filled += (size_t)n;
  request[filled] = '\0';
  FILE *out = open_memstream(&reply, &size);
  if (out == NULL)
    return;
  int error = perform(m, request, out);
  fprintf(out, error == 0 ? "done\n" : "failed %d\n", error);
  fclose(out);
  for (size_t sent = 0; sent < size && (n = send(fd, reply + sent, size - sent, MSG_NOSIGNAL)) > 0;)
    sent += (size_t)n;
  free(reply);
}

void udp_died(struct monitor *m)
{
  m->udp.relay = 0;
  close_fd(&m->udp.control);
  m->udp.due = monotonic_ms() + PAUSE_MS;
}

int udp_timeout(const struct monitor *m)
{
  if (m->udp.due == 0)
    return -1;
  uint64_t now = monotonic_ms();
  return m->udp.due <= now ? 0 : (int)(m->udp.due - now);
}

void udp_work(struct monitor *m)
{
  if (m->udp.due == 0 || monotonic_ms() < m->udp.due)
    return;
  m->udp.due = 0;
  if (start_relay(m) < 0)
    m->udp.due = monotonic_ms() + PAUSE_MS;
}

void udp_close(struct monitor *m)
{
  if (m->udp.relay > 0) {
    kill(m->udp.relay, SIGKILL);
    waitpid(m->udp.relay, NULL, 0);
    m->udp.relay = 0;
  }
  for (size_t i = 0; i < FORWARDS_MAX; i++)
    if (m->udp.forwards[i].used)
      close(m->udp.forwards[i].fd);
  unlinkat(FD_RUNTIME, "udp", 0);
}
