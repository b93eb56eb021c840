#include "berth.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

bool parse_number(const char *text, int base, uint64_t max, uint64_t *value)
{
  char *end;
  if (*text == '\0' || *text == '-' || *text == '+' || *text == ' ')
    return false;
  errno = 0;
  unsigned long long v = strtoull(text, &end, base);
  if (errno != 0 || *end != '\0' || v > max)
    return false;
  *value = v;
  return true;
}

bool parse_signed(const char *text, int64_t *value)
{
  char *end;
  if (*text == '\0' || *text == ' ')
    return false;
  errno = 0;
  *value = strtoll(text, &end, 10);
  return errno == 0 && *end == '\0';
}

int field_number(const char *text, int base, uint64_t *value)
{
  if (parse_number(text, base, UINT64_MAX, value))
    return 0;
  errno = EINVAL;
  return -1;
}

ssize_t read_file_at(int dir, const char *path, char *buffer, size_t size)
{
  _cleanup_close_ int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return -1;
  size_t filled = 0;
  while (filled < size - 1) {
    ssize_t n = read(fd, buffer + filled, size - 1 - filled);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return -1;
    if (n == 0)
      break;
    filled += (size_t)n;
  }
  buffer[filled] = '\0';
  return (ssize_t)filled;
}

int write_all(int fd, const void *data, size_t size)
{
  const char *at = data;
  while (size > 0) {
    ssize_t n = write(fd, at, size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return -1;
    at += n;
    size -= (size_t)n;
  }
  return 0;
}

int write_file(int dir, const char *path, const char *text)
{
  _cleanup_close_ int fd = openat(dir, path, O_WRONLY | O_CLOEXEC);
  /* One write: the kernel's files of ids and cgroups take no second half. */
  return fd < 0 || write(fd, text, strlen(text)) < 0 ? -1 : 0;
}

uint64_t start_time(pid_t pid)
{
  char path[64], text[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  if (read_file_at(AT_FDCWD, path, text, sizeof text) < 0)
    return 0;
  /* The name in field 2 may hold spaces and brackets: count from its last ')'. */
  char *at = strrchr(text, ')');
  for (int field = 2; at != NULL && field < 22; field++)
    at = strchr(at + 1, ' ');
  return at == NULL ? 0 : strtoull(at + 1, NULL, 10);
}

uint64_t now_ns(void)
{
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t monotonic_ms(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u;
}

int set_cloexec(int fd, bool on)
{
  return fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0);
}

int set_nonblock(int fd)
{
  int flags = fcntl(fd, F_GETFL);
  return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

void put32(uint8_t *to, uint32_t v)
{
  for (int i = 3; i >= 0; i--, v >>= 8)
    to[i] = (uint8_t)v;
}

void put64(uint8_t *to, uint64_t v)
{
  for (int i = 7; i >= 0; i--, v >>= 8)
    to[i] = (uint8_t)v;
}

uint16_t get16(const uint8_t *from)
{
  return (uint16_t)(from[0] << 8 | from[1]);
}

uint32_t get32(const uint8_t *from)
{
  return (uint32_t)get16(from) << 16 | get16(from + 2);
}

uint64_t get64(const uint8_t *from)
{
  return (uint64_t)get32(from) << 32 | get32(from + 4);
}

int open_beneath(int root, const char *path, uint64_t flags, mode_t mode)
{
  struct open_how how = {
    .flags = flags | O_CLOEXEC,
    .mode = mode,
    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
  };
  for (int tries = 0;; tries++) {
    int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof how);
    /* A rename elsewhere on the machine makes a scoped lookup answer EAGAIN: openat2(2). */
    if (fd >= 0 || errno != EAGAIN || tries == 100)
      return fd;
  }
}

void reset_signals(void)
{
  struct sigaction action = {.sa_handler = SIG_DFL};
  for (int signal = 1; signal < NSIG; signal++)
    sigaction(signal, &action, NULL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

int make_controlling(int fd)
{
  return ioctl(fd, TIOCSCTTY, 0);
}
