#include "berth.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int msg_send(int sock, int pass_fd, const char *const *fields, size_t count)
{
  char text[MSG_MAX];
  size_t size = 0;
  for (size_t i = 0; i < count; i++) {
    size_t length = strnlen(fields[i], MSG_MAX / 2) + 1;
    if (size + length > sizeof text)
      break;
    memcpy(text + size, fields[i], length - 1);
    text[size + length - 1] = '\0';
    size += length;
  }
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct iovec part = {text, size};
  struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
  if (pass_fd >= 0) {
    header.msg_control = control.bytes;
    header.msg_controllen = sizeof control.bytes;
    struct cmsghdr *c = CMSG_FIRSTHDR(&header);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &pass_fd, sizeof(int));
  }
  ssize_t n;
  do
    n = sendmsg(sock, &header, MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  return n < 0 ? -1 : 0;
}

int msg_send_failed(int sock, const char *step, const char *target, int error)
{
  char number[16];
  snprintf(number, sizeof number, "%d", error);
  return MSG_SEND(sock, -1, "failed", step, target, number);
}

static void take_control(struct msghdr *header, struct message *message)
{
  for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c)) {
    if (c->cmsg_level != SOL_SOCKET)
      continue;
    if (c->cmsg_type == SCM_RIGHTS && message->fd < 0)
      memcpy(&message->fd, CMSG_DATA(c), sizeof(int));
    if (c->cmsg_type == SCM_CREDENTIALS) {
      struct ucred sender;
      memcpy(&sender, CMSG_DATA(c), sizeof sender);
      message->pid = sender.pid;
    }
  }
}

int msg_receive(int sock, struct message *message)
{
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
  } control = {0};
  struct iovec part = {message->text, sizeof message->text - 1};
  struct msghdr header = {
    .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  message->count = 0;
  message->fd = -1;
  message->pid = 0;
  ssize_t n;
  do
    n = recvmsg(sock, &header, MSG_CMSG_CLOEXEC);
  while (n < 0 && errno == EINTR);
  if (n <= 0)
    return (int)n;
  take_control(&header, message);
  message->text[n] = '\0';
  for (char *at = message->text; at < message->text + n && message->count < MSG_FIELDS; at += strlen(at) + 1)
    message->field[message->count++] = at;
  return 1;
}
