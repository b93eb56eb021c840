#include "monitor.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

enum { AHEAD = 64 * 1024, LOST = 4 * 1024 * 1024, PATIENCE_MS = 2000, EARLY_MS = 5000,
       EXPECTED_MS = 15000 };

void client_close(struct client **slot)
{
  close((*slot)->fd);
  free((*slot)->in.data);
  free(*slot);
  *slot = NULL;
}

static struct client *new_client(int fd)
{
  struct client *client = calloc(1, sizeof *client);
  uint8_t *data = malloc(FRAME_MAX + 4);
  if (client == NULL || data == NULL) {
    free(client);
    free(data);
    return NULL;
  }
  client->fd = fd;
  client->in.data = data;
  return client;
}

/* One who has gone, and has left input that the program has not taken, makes room for one who is here. */
static struct client **free_slot(struct monitor *m)
{
  struct client **gone = NULL;
  for (size_t i = 0; i < CLIENTS_MAX; i++) {
    if (m->clients[i] == NULL)
      return &m->clients[i];
    if (m->clients[i]->deaf)
      gone = &m->clients[i];
  }
  if (gone != NULL)
    client_close(gone);
  return gone;
}

void client_accept(struct monitor *m)
{
  int fd = accept4(m->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  int least = 1;
  if (fd < 0)
    return;
  /* A slow client is to find the newest offset, not hundreds of old ones: few frames fit, later ones are folded. */
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &least, sizeof least);
  struct client **slot = free_slot(m);
  if (slot != NULL && (*slot = new_client(fd)) != NULL)
    return;
  close(fd); /* 64 viewers, or no memory: this one is turned away */
}

static void begin_frame(struct client *c, enum frame_type type, size_t payload)
{
  put32(c->out, (uint32_t)payload + 1);
  c->out[4] = (uint8_t)type;
  c->out_filled = 5 + payload;
  c->out_done = 0;
}

/* The next thing this client must hear; made only when the frame before is on its way. */
static bool compose(struct monitor *m, struct client *c)
{
  uint64_t end = log_end(&m->log);
  if (!c->greeted) {
    put32(c->out + 5, PROTOCOL_VERSION);
    put64(c->out + 9, end);
    begin_frame(c, FRAME_HELLO, 12);
    c->greeted = true;
    c->announced = end;
  } else if (c->announced < end) {
    put64(c->out + 5, end);
    begin_frame(c, FRAME_APPENDED, 8);
    c->announced = end;
  } else if (c->network_told != m->network.news) {
    c->out[5] = (uint8_t)m->network.state;
    put32(c->out + 6, m->network.replacements);
    begin_frame(c, FRAME_NETWORK, 5);
    c->network_told = m->network.news;
  } else if (m->told && !c->told_exit) {
    put32(c->out + 5, (uint32_t)exit_code(m->status));
    put32(c->out + 9, (m->status & 0x7f) != 0 ? (uint32_t)(m->status & 0x7f) : 0);
    put64(c->out + 13, end);
    begin_frame(c, FRAME_EXITED, 16);
    c->told_exit = true;
  } else {
    return false;
  }
  return true;
}

/* A client that hears nothing more may have sent input that is still to be taken: only the end of that closes it. */
static bool flush(struct client *c)
{
  while (!c->deaf && c->out_done < c->out_filled) {
    ssize_t n = send(c->fd, c->out + c->out_done, c->out_filled - c->out_done, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      c->deaf = errno != EAGAIN;
      return false;
    }
    c->out_done += (size_t)n;
  }
  return !c->deaf;
}

void client_write(struct monitor *m, struct client *c)
{
  while (flush(c))
    if (!compose(m, c))
      return;
}

static void refuse(struct client *c, const char *why)
{
  size_t size = strlen(why);
  if (c->out_done < c->out_filled || 5 + size > sizeof c->out)
    return; /* it has not even read the frame before */
  memcpy(c->out + 5, why, size);
  begin_frame(c, FRAME_REFUSED, size);
}

static void resize(struct monitor *m, struct client *c, const uint8_t *payload, size_t size)
{
  if (size < 4 || !m->has_tty || m->output[0] < 0) {
    refuse(c, "no terminal to resize");
    return;
  }
  if (pty_resize(m->output[0], get16(payload), get16(payload + 2)) == 0)
    log_append(&m->log, LOG_SIZE, payload, 4);
}

static void signal_program(struct monitor *m, struct client *c, const uint8_t *payload, size_t size)
{
  uint32_t number = size < 4 ? 0 : get32(payload);
  if (number == 0 || number > 64 || m->program_fd < 0) {
    refuse(c, number == 0 || number > 64 ? "no such signal" : "no program to signal");
    return;
  }
  /* SIGKILL to PID 1 ends all of the container; an exec session has only its program. */
  int target = number == SIGKILL && !m->exec ? m->init_fd : m->program_fd;
  syscall(SYS_pidfd_send_signal, target, number, NULL, 0);
}

/* Writes what the program takes; false when bytes are left. */
static bool input(struct monitor *m, struct client *c, const uint8_t *payload, size_t size)
{
  while (m->input >= 0 && c->input_done < size) {
    ssize_t n = write(m->input, payload + c->input_done, size - c->input_done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      return false;
    if (n < 0) { /* the program has closed its end: input goes nowhere, as in a shell's pipe */
      if (!m->has_tty)
        close(m->input);
      m->input = -1;
      break;
    }
    c->input_done += (size_t)n;
  }
  c->input_done = 0;
  return true;
}

static bool end_of_input(struct monitor *m, struct client *c)
{
  struct termios mode;
  if (m->input < 0)
    return true;
  if (!m->has_tty) {
    close(m->input);
    m->input = -1;
    return true;
  }
  uint8_t eof = tcgetattr(m->input, &mode) == 0 ? mode.c_cc[VEOF] : 4;
  return input(m, c, &eof, 1);
}

/*
 * A container's program is held for a client that has kept up only, or has been there from its start on: one that replays its log, or has
 * lost touch, is no reason. In a session the program is that of who types.
 */
static void has_read(const struct monitor *m, struct client *c, uint64_t offset)
{
  uint64_t end = log_end(&m->log), left = end > offset ? end - offset : 0, now = monotonic_ms();
  bool early = c->heard == 0 && now < m->execed_at + EARLY_MS;
  c->follows = m->exec || left <= AHEAD || ((c->follows || early) && left <= LOST);
  c->read = offset;
  c->heard = now;
}

static void await_reader(struct monitor *m, struct client *c, uint64_t offset)
{
  c->awaited = true;
  c->read = offset;
  m->expects = false;
}

/* Does what the frame at the head says; false = not done yet, the program must read first. */
static bool perform(struct monitor *m, struct client *c, uint32_t size)
{
  const uint8_t *payload = c->in.data + 5;
  size_t length = size - 1;
  switch (c->in.data[4]) {
  case FRAME_INPUT: return input(m, c, payload, length);
  case FRAME_END_OF_INPUT: return end_of_input(m, c);
  case FRAME_RESIZE: resize(m, c, payload, length); return true;
  case FRAME_SIGNAL: signal_program(m, c, payload, length); return true;
  case FRAME_READ:
    if (length >= 8)
      has_read(m, c, get64(payload));
    return true;
  case FRAME_AWAIT:
    if (length >= 8)
      await_reader(m, c, get64(payload));
    return true;
  default: return true; /* hello, and what a newer service may say */
  }
}

void client_work(struct monitor *m, struct client **slot)
{
  struct client *c = *slot;
  uint32_t size;
  int whole;
  c->waits_for_input = false;
  while ((whole = frames_next(&c->in, &size)) == 1) {
    if (!perform(m, c, size)) {
      c->waits_for_input = true;
      return;
    }
    frames_drop(&c->in, size);
  }
  if (whole < 0)
    client_close(slot);
}

void client_read(struct monitor *m, struct client **slot)
{
  struct client *c = *slot;
  size_t room = FRAME_MAX + 4 - c->in.filled;
  if (room == 0)
    return;
  ssize_t n = recv(c->fd, c->in.data + c->in.filled, room, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n <= 0) {
    m->reader_left = m->reader_left || c->greeted;
    client_close(slot);
    return;
  }
  c->in.filled += (size_t)n;
  client_work(m, slot);
}

/* A session's program waits for the furthest of all; a container's for each that is awaited, and for one that is still to come. */
uint64_t clients_keep_from(const struct monitor *m)
{
  uint64_t furthest = 0, least = UINT64_MAX;
  bool any = false;
  for (size_t i = 0; i < CLIENTS_MAX; i++) {
    const struct client *c = m->clients[i];
    if (c == NULL || c->deaf)
      continue;
    any = true;
    if (c->read > furthest)
      furthest = c->read;
    if (c->awaited && c->read < least)
      least = c->read;
  }
  if (!m->waits)
    return clients_expected(m) > 0 ? 0 : least;
  /* Before the first reader comes the program waits for it; when the last has left it goes on without. */
  return any || !m->reader_left ? furthest : UINT64_MAX;
}

/* One who has left may have been the service: then nobody comes. */
int clients_expected(const struct monitor *m)
{
  uint64_t until = m->execed_at + EXPECTED_MS, now = m->expects && !m->reader_left ? monotonic_ms() : until;
  return now < until ? (int)(until - now) : -1;
}

static struct client *furthest_follower(const struct monitor *m)
{
  struct client *furthest = NULL;
  for (size_t i = 0; i < CLIENTS_MAX; i++) {
    struct client *c = m->clients[i];
    if (c != NULL && c->follows && !c->deaf && (furthest == NULL || c->read > furthest->read))
      furthest = c;
  }
  return furthest;
}

/*
 * A program at a terminal at which somebody types runs little ahead of who watches it: else Ctrl-C would be answered on a slow screen
 * behind megabytes of what came before. One who has said nothing for two seconds is waited for no longer, until he goes on.
 */
int clients_hold(struct monitor *m)
{
  struct client *c = furthest_follower(m);
  uint64_t end = log_end(&m->log);
  if (c == NULL || end <= AHEAD || end - AHEAD <= c->read) {
    if (c != NULL)
      c->behind = 0;
    return -1;
  }
  uint64_t now = monotonic_ms();
  if (c->behind == 0)
    c->behind = now;
  uint64_t until = (c->behind > c->heard ? c->behind : c->heard) + PATIENCE_MS;
  if (now < until)
    return (int)(until - now);
  c->follows = m->exec;
  return -1;
}
