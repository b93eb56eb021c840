#include "berth.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const char MAGIC[8] = {'B', 'E', 'R', 'T', 'H', 'L', 'O', 'G'};

static int begin_file(struct log *log, uint64_t base)
{
  uint8_t header[LOG_HEADER] = {0};
  memcpy(header, MAGIC, sizeof MAGIC);
  put32(header + 8, 1);
  put64(header + 16, base);
  /* Written whole before it gets its name, so that a reader never meets half a header. */
  int fd = openat(log->dir, "log.new", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0)
    return -1;
  if (write_all(fd, header, sizeof header) < 0 || renameat(log->dir, "log.new", log->dir, "log") < 0) {
    int error = errno;
    close(fd);
    unlinkat(log->dir, "log.new", 0);
    errno = error;
    return -1;
  }
  if (log->fd >= 0)
    close(log->fd);
  log->fd = fd;
  log->base = base;
  log->size = 0;
  return 0;
}

/* The bytes of whole records in the file. */
static uint64_t whole_records(int fd, uint64_t file_size)
{
  uint64_t at = LOG_HEADER;
  uint8_t head[LOG_RECORD];
  while (at + LOG_RECORD <= file_size && pread(fd, head, sizeof head, (off_t)at) == sizeof head) {
    uint64_t next = at + LOG_RECORD + get32(head);
    if (next > file_size)
      break;
    at = next;
  }
  return at - LOG_HEADER;
}

/* Goes on with the log of an earlier start; false when it is not one. */
static bool resume_file(struct log *log)
{
  uint8_t header[LOG_HEADER];
  struct stat st;
  int fd = openat(log->dir, "log", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    return false;
  if (fstat(fd, &st) < 0 || pread(fd, header, sizeof header, 0) != sizeof header ||
      memcmp(header, MAGIC, sizeof MAGIC) != 0 || get32(header + 8) != 1) {
    close(fd);
    return false;
  }
  log->fd = fd;
  log->base = get64(header + 16);
  log->size = whole_records(fd, (uint64_t)st.st_size);
  if (ftruncate(fd, (off_t)(LOG_HEADER + log->size)) < 0)
    return false;
  return true;
}

int log_open(struct log *log, int dir, uint64_t max, unsigned files)
{
  *log = (struct log){.dir = dir, .fd = -1, .max = max, .files = files > 0 ? files : 1};
  return resume_file(log) ? 0 : begin_file(log, 0);
}

static void rotate(struct log *log)
{
  char from[16], to[16];
  for (unsigned i = log->files - 1; i > 0; i--) {
    snprintf(to, sizeof to, "log.%u", i);
    if (i > 1)
      snprintf(from, sizeof from, "log.%u", i - 1);
    else
      snprintf(from, sizeof from, "log");
    renameat(log->dir, from, log->dir, to);
  }
  /* Where no new file can be made (disk full) the old one, whatever its name, takes what it can. */
  if (begin_file(log, log_end(log)) < 0 && log->files > 1)
    renameat(log->dir, "log.1", log->dir, "log");
}

/* Writes one record whole or not at all. */
static bool append(struct log *log, uint8_t kind, const void *data, size_t size)
{
  uint8_t head[LOG_RECORD];
  put32(head, (uint32_t)size);
  head[4] = kind;
  put64(head + 5, now_ns());
  struct iovec parts[2] = {{head, sizeof head}, {(void *)data, size}};
  off_t at = (off_t)(LOG_HEADER + log->size);
  ssize_t n;
  do
    n = pwritev(log->fd, parts, 2, at);
  while (n < 0 && errno == EINTR);
  if (n == (ssize_t)(sizeof head + size)) {
    log->size += sizeof head + size;
    return true;
  }
  if (n > 0 && ftruncate(log->fd, at) < 0)
    return false;
  return false;
}

void log_append(struct log *log, uint8_t kind, const void *data, size_t size)
{
  if (log->size > 0 && log->size + LOG_RECORD + size > log->max)
    rotate(log);
  if (log->lost > 0) {
    uint8_t lost[8];
    put64(lost, log->lost);
    if (append(log, LOG_GAP, lost, sizeof lost))
      log->lost = 0;
  }
  if (log->lost > 0 || !append(log, kind, data, size))
    log->lost += kind == LOG_STDOUT || kind == LOG_STDERR ? size : 0;
}
