/*
 * The relay: carries datagrams between ports of the machine and a container. slirp4netns drops every answer to a client on
 * the machine's loopback as soon as the loopback is to be out of the container's reach (libslirp, sotranslate_out).
 * It lives in the container's network namespace; the sockets of the machine's ports are passed to it.
 */
#include "berth.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CONTROL = 3, FLOWS_MAX = 1024, IDLE_MS = 180000, SWEEP_MS = 30000, BURST = 64, EVENTS = 64 };
enum kind { FROM_MONITOR, FROM_OUTSIDE, FROM_INSIDE };

struct forward {
  int outside;                /* bound to the machine's port; -1 = none */
  struct sockaddr_in inside;  /* where the container's program listens */
};

/* A client of a forward has a socket inside of its own, so that answers find it. */
struct flow {
  int inside;                 /* -1 = none */
  uint32_t forward;
  struct sockaddr_in client;
  struct in_addr local;       /* the machine's address that the client has sent to */
  uint64_t used;
};

struct relay {
  int poll;
  struct forward forwards[FORWARDS_MAX];
  struct flow flows[FLOWS_MAX];
  uint8_t buffer[64 * 1024];
};

static int watch(struct relay *r, int fd, enum kind kind, uint32_t index)
{
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)kind << 32 | index};
  return epoll_ctl(r->poll, EPOLL_CTL_ADD, fd, &event);
}

static void end_flow(struct flow *flow)
{
  if (flow->inside >= 0)
    close(flow->inside);
  flow->inside = -1;
}

static void remove_forward(struct relay *r, uint32_t index)
{
  for (size_t i = 0; i < FLOWS_MAX; i++)
    if (r->flows[i].inside >= 0 && r->flows[i].forward == index)
      end_flow(&r->flows[i]);
  if (r->forwards[index].outside < 0)
    return;
  /* The monitor has the same socket: closing ours alone would not end its events. */
  epoll_ctl(r->poll, EPOLL_CTL_DEL, r->forwards[index].outside, NULL);
  close(r->forwards[index].outside);
  r->forwards[index].outside = -1;
}

/* `add` index, address, port with the socket; `remove` index, which is answered. False = the monitor is gone. */
static bool hear_monitor(struct relay *r)
{
  struct message message;
  uint64_t index = 0, port = 0;
  if (msg_receive(CONTROL, &message) != 1)
    return false;
  if (message.count < 2 || !parse_number(message.field[1], 10, FORWARDS_MAX - 1, &index))
    return true;
  remove_forward(r, (uint32_t)index);
  if (message.count == 2)
    MSG_SEND(CONTROL, -1, "done");
  struct forward *f = &r->forwards[index];
  if (message.count < 4 || message.fd < 0 || !parse_number(message.field[3], 10, UINT16_MAX, &port))
    return true;
  f->outside = message.fd;
  f->inside = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  if (inet_pton(AF_INET, message.field[2], &f->inside.sin_addr) != 1 || watch(r, f->outside, FROM_OUTSIDE, (uint32_t)index) < 0)
    remove_forward(r, (uint32_t)index);
  return true;
}

/* The client's own flow; else a new one, in the place of the one that was quiet for longest. */
static struct flow *flow_of(struct relay *r, uint32_t index, const struct sockaddr_in *client, struct in_addr local)
{
  struct flow *oldest = &r->flows[0];
  for (size_t i = 0; i < FLOWS_MAX; i++) {
    struct flow *f = &r->flows[i];
    if (f->inside >= 0 && f->forward == index && f->client.sin_port == client->sin_port &&
        f->client.sin_addr.s_addr == client->sin_addr.s_addr && f->local.s_addr == local.s_addr)
      return f;
    if (oldest->inside >= 0 && (f->inside < 0 || f->used < oldest->used))
      oldest = f;
  }
  end_flow(oldest);
  *oldest = (struct flow){.forward = index, .client = *client, .local = local};
  oldest->inside = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (oldest->inside < 0)
    return NULL;
  const struct sockaddr_in *to = &r->forwards[index].inside;
  if (connect(oldest->inside, (const struct sockaddr *)to, sizeof *to) == 0 &&
      watch(r, oldest->inside, FROM_INSIDE, (uint32_t)(oldest - r->flows)) == 0)
    return oldest;
  end_flow(oldest); /* its slirp4netns is just being replaced: there is no way for a moment */
  return NULL;
}

union control {
  struct cmsghdr align;
  char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
};

/* A datagram of a client, and the address of the machine that it was sent to. */
static ssize_t receive(struct relay *r, int outside, struct sockaddr_in *client, struct in_addr *local)
{
  union control control;
  struct iovec part = {r->buffer, sizeof r->buffer};
  struct msghdr header = {.msg_name = client, .msg_namelen = sizeof *client, .msg_iov = &part, .msg_iovlen = 1,
                          .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  ssize_t size = recvmsg(outside, &header, MSG_DONTWAIT);
  local->s_addr = INADDR_ANY;
  struct cmsghdr *c = size < 0 ? NULL : CMSG_FIRSTHDR(&header);
  if (c != NULL && c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
    struct in_pktinfo info;
    memcpy(&info, CMSG_DATA(c), sizeof info);
    *local = info.ipi_spec_dst; /* the own address also where a broadcast was sent to */
  }
  return size;
}

/* An answer comes from the address that was asked. */
static void answer(struct relay *r, const struct flow *flow, size_t size)
{
  union control control = {0};
  struct iovec part = {r->buffer, size};
  struct sockaddr_in client = flow->client;
  struct msghdr header = {.msg_name = &client, .msg_namelen = sizeof client, .msg_iov = &part, .msg_iovlen = 1,
                          .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  struct in_pktinfo info = {.ipi_spec_dst = flow->local};
  struct cmsghdr *c = CMSG_FIRSTHDR(&header);
  c->cmsg_level = IPPROTO_IP;
  c->cmsg_type = IP_PKTINFO;
  c->cmsg_len = CMSG_LEN(sizeof info);
  memcpy(CMSG_DATA(c), &info, sizeof info);
  sendmsg(r->forwards[flow->forward].outside, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void carry_in(struct relay *r, uint32_t index)
{
  for (int i = 0; i < BURST && r->forwards[index].outside >= 0; i++) {
    struct sockaddr_in client;
    struct in_addr local;
    ssize_t size = receive(r, r->forwards[index].outside, &client, &local);
    if (size < 0)
      return;
    struct flow *flow = flow_of(r, index, &client, local);
    if (flow == NULL)
      continue;
    flow->used = monotonic_ms();
    if (send(flow->inside, r->buffer, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno != EAGAIN && errno != ECONNREFUSED)
      end_flow(flow); /* the next one finds another way */
  }
}

static void carry_out(struct relay *r, uint32_t index)
{
  struct flow *flow = &r->flows[index];
  for (int i = 0; i < BURST && flow->inside >= 0; i++) {
    ssize_t size = recv(flow->inside, r->buffer, sizeof r->buffer, MSG_DONTWAIT);
    if (size < 0 && errno != ECONNREFUSED)
      return;
    if (size < 0)
      continue; /* nobody listened there; a client hears of it from no network but the loopback */
    flow->used = monotonic_ms();
    answer(r, flow, (size_t)size);
  }
}

static void sweep(struct relay *r)
{
  uint64_t now = monotonic_ms();
  for (size_t i = 0; i < FLOWS_MAX; i++)
    if (r->flows[i].inside >= 0 && now - r->flows[i].used > IDLE_MS)
      end_flow(&r->flows[i]);
}

_Noreturn static void carry(struct relay *r)
{
  struct epoll_event events[EVENTS];
  for (uint64_t swept = monotonic_ms();;) {
    int count = epoll_wait(r->poll, events, EVENTS, SWEEP_MS);
    for (int i = 0; i < count; i++) {
      uint32_t index = (uint32_t)events[i].data.u64;
      switch ((enum kind)(events[i].data.u64 >> 32)) {
      case FROM_MONITOR:
        if (!hear_monitor(r))
          _exit(0);
        break;
      case FROM_OUTSIDE: carry_in(r, index); break;
      case FROM_INSIDE: carry_out(r, index); break;
      }
    }
    if (monotonic_ms() - swept >= SWEEP_MS) {
      sweep(r);
      swept = monotonic_ms();
    }
  }
}

/* It needs no power over anything any more. */
static int lay_down_power(void)
{
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {0};
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -1 : (int)syscall(SYS_capset, &header, none);
}

void relay_main(int control, pid_t init)
{
  static struct relay relay;
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/ns/net", (int)init);
  int net = open(path, O_RDONLY | O_CLOEXEC);
  if (net < 0 || setns(net, CLONE_NEWNET) < 0)
    _exit(EXIT_BERTH);
  int high = fcntl(control, F_DUPFD, 10);
  dup2(high, CONTROL);
  syscall(SYS_close_range, CONTROL + 1, ~0u, 0);
  reset_signals();
  setsid();
  prctl(PR_SET_NAME, "berth-relay");
  relay.poll = epoll_create1(EPOLL_CLOEXEC);
  for (size_t i = 0; i < FORWARDS_MAX; i++)
    relay.forwards[i].outside = -1;
  for (size_t i = 0; i < FLOWS_MAX; i++)
    relay.flows[i].inside = -1;
  if (relay.poll < 0 || watch(&relay, CONTROL, FROM_MONITOR, 0) < 0 || lay_down_power() < 0)
    _exit(EXIT_BERTH);
  carry(&relay);
}
