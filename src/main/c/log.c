#include "berth.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const char MAGIC[8] = {'B', 'E', 'R', 'T', 'H', 'L', 'O', 'G'};

/* A new file with its header, under a name that nobody reads: a reader never meets half a header. */
static int new_file(const struct log *log, uint64_t base)
{
  uint8_t header[LOG_HEADER] = {0};
  memcpy(header, MAGIC, sizeof MAGIC);
  put32(header + 8, 1);
  put64(header + 16, base);
  int fd = openat(log->dir, "log.new", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd >= 0 && write_all(fd, header, sizeof header) < 0) {
    closep(&fd);
    return -1;
  }
  return fd;
}

static void name_of(unsigned age, char *name, size_t size)
{
  if (age == 0)
    snprintf(name, size, "log");
  else
    snprintf(name, size, "log.%u", age);
}

/* Renames each file to the next age; the oldest goes. */
static int shift_files(const struct log *log)
{
  char from[16], to[16];
  for (unsigned age = log->files - 1; age > 0; age--) {
    name_of(age, to, sizeof to);
    name_of(age - 1, from, sizeof from);
    if (renameat(log->dir, from, log->dir, to) < 0 && errno != ENOENT)
      return -1;
  }
  return 0;
}

/* Goes on in a new file; the one before is kept under the next age, or is not worth keeping. */
static int begin_file(struct log *log, uint64_t base, bool keep)
{
  int fd = new_file(log, base);
  if (fd < 0 || (keep && shift_files(log) < 0) || renameat(log->dir, "log.new", log->dir, "log") < 0) {
    closep(&fd);
    unlinkat(log->dir, "log.new", 0);
    return -1;
  }
  closep(&log->fd);
  log->fd = fd;
  log->base = base;
  log->size = 0;
  return 0;
}

/* The length of the record at the head of data, 0 when it is none: power loss leaves zeros and halves behind. */
static size_t record_size(const uint8_t *data, size_t size)
{
  if (size < LOG_RECORD || data[4] == 0 || get32(data) > LOG_PAYLOAD)
    return 0;
  size_t whole = LOG_RECORD + get32(data);
  return whole <= size ? whole : 0;
}

/* The bytes of whole records in the file. */
static uint64_t whole_records(int fd)
{
  enum { CHUNK = 4 * (LOG_PAYLOAD + LOG_RECORD) };
  uint8_t *data = malloc(CHUNK);
  uint64_t good = 0;
  ssize_t n = 0;
  while (data != NULL && (n = pread(fd, data, CHUNK, (off_t)(LOG_HEADER + good))) > 0) {
    size_t at = 0, next;
    while ((next = record_size(data + at, (size_t)n - at)) > 0)
      at += next;
    if (at == 0)
      break;
    good += at;
  }
  free(data);
  return good;
}

/* The base of a file of this log; false when it is none. */
static bool read_base(int fd, uint64_t *base)
{
  uint8_t header[LOG_HEADER];
  if (pread(fd, header, sizeof header, 0) != sizeof header || memcmp(header, MAGIC, sizeof MAGIC) != 0 ||
      get32(header + 8) != 1)
    return false;
  *base = get64(header + 16);
  return true;
}

/* Goes on with the log of an earlier start; false when there is none, or what stands there is something else. */
static bool resume_file(struct log *log)
{
  int fd = openat(log->dir, "log", O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0)
    return false;
  if (!read_base(fd, &log->base)) {
    close(fd);
    return false;
  }
  log->fd = fd;
  log->size = whole_records(fd);
  return ftruncate(fd, (off_t)(LOG_HEADER + log->size)) == 0;
}

/* Where a damaged newest file left us: behind what the one before holds, so that offsets never go back. */
static uint64_t end_of_older(const struct log *log)
{
  struct stat st;
  uint64_t base = 0;
  _cleanup_close_ int fd = openat(log->dir, "log.1", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0 || !read_base(fd, &base) || fstat(fd, &st) < 0)
    return 0;
  return base + (uint64_t)st.st_size - LOG_HEADER;
}

int log_open(struct log *log, int dir, uint64_t max, unsigned files)
{
  *log = (struct log){.dir = dir, .fd = -1, .max = max, .files = files > 0 ? files : 1};
  if (resume_file(log))
    return 0;
  closep(&log->fd);
  log->fd = -1;
  return begin_file(log, end_of_older(log), false);
}

static bool is_full(const struct log *log, size_t size)
{
  return log->size > 0 && log->size + LOG_RECORD + size > log->max;
}

uint64_t log_dropped_by(const struct log *log, size_t size)
{
  char name[16];
  uint64_t base;
  if (!is_full(log, size))
    return 0;
  if (log->files == 1)
    return log_end(log);
  /* The oldest file goes; it ends where the one after it begins. */
  name_of(log->files - 2, name, sizeof name);
  _cleanup_close_ int fd = openat(log->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  char oldest[16];
  name_of(log->files - 1, oldest, sizeof oldest);
  if (fd < 0 || faccessat(log->dir, oldest, F_OK, 0) < 0 || !read_base(fd, &base))
    return 0;
  return base;
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
  /* Where half a record cannot be cut off, readers stop before it, and the next one overwrites it. */
  if (n > 0 && ftruncate(log->fd, at) < 0)
    return false;
  return false;
}

void log_append(struct log *log, uint8_t kind, const void *data, size_t size)
{
  /* Where no new file can be made (disk full) the old one takes what it can. */
  if (is_full(log, size))
    begin_file(log, log_end(log), true);
  if (log->lost > 0) {
    uint8_t lost[8];
    put64(lost, log->lost);
    if (append(log, LOG_GAP, lost, sizeof lost))
      log->lost = 0;
  }
  if (log->lost > 0 || !append(log, kind, data, size))
    log->lost += kind == LOG_STDOUT || kind == LOG_STDERR ? size : 0;
}
