/* Unit tests of berth-init, under the address and undefined-behaviour sanitizers. One function per property. */
#include "berth.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int failures;

#define EXPECT(condition)                                                    \
  do {                                                                       \
    if (!(condition)) {                                                      \
      fprintf(stderr, "%s:%d: not so: %s\n", __func__, __LINE__, #condition); \
      failures++;                                                            \
    }                                                                        \
  } while (0)

#define PLAN(text) text, sizeof(text)

static const char *parse(struct plan *plan, const char *text, size_t size)
{
  char *copy = malloc(size); /* exactly so long that the sanitizer sees a read beyond */
  memcpy(copy, text, size);
  return plan_parse(plan, copy, size);
}

static void a_plan_is_read_record_by_record(void)
{
  struct plan plan;
  EXPECT(parse(&plan, PLAN("BERTHPLAN\0001\0001\0002\0container\0abc\00021\0001\0box\00099\0000")) == NULL);
  EXPECT(plan.count == 3);
  EXPECT(plan_find(&plan, REC_hostname) != NULL && strcmp(plan_find(&plan, REC_hostname)->fields[0], "box") == 0);
  EXPECT(plan.records[0].fields[2] == NULL);
  plan_free(&plan);
}

static void a_plan_that_is_cut_off_anywhere_is_refused(void)
{
  static const char whole[] = "BERTHPLAN\0001\0001\0002\0container\0abc\00051\0002\0sh\0-c\00099\0000";
  for (size_t size = 0; size < sizeof whole; size++) {
    struct plan plan = {0};
    EXPECT(parse(&plan, whole, size) != NULL);
    plan_free(&plan);
  }
}

static void garbage_is_not_a_plan(void)
{
  static const char *const bad[] = {"", "PLAN", "BERTHPLAN"};
  struct plan plan;
  for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
    EXPECT(parse(&plan, bad[i], strlen(bad[i]) + 1) != NULL);
    plan_free(&plan);
  }
  EXPECT(parse(&plan, PLAN("BERTHPLAN\0002\00099\0000")) != NULL); /* another version */
  plan_free(&plan);
  EXPECT(parse(&plan, PLAN("BERTHPLAN\0001\00077\0000\00099\0000")) != NULL); /* unknown record */
  plan_free(&plan);
  EXPECT(parse(&plan, PLAN("BERTHPLAN\0001\00021\0000\00099\0000")) != NULL); /* too few fields */
  plan_free(&plan);
  EXPECT(parse(&plan, PLAN("BERTHPLAN\0001\00021\00065537\0x\00099\0000")) != NULL); /* too many fields */
  plan_free(&plan);
  EXPECT(parse(&plan, PLAN("BERTHPLAN\0001\00021\000-1\0x\00099\0000")) != NULL);
  plan_free(&plan);
  EXPECT(parse(&plan, PLAN("BERTHPLAN\0001\00099\0000\00099\0000")) != NULL); /* bytes behind the end */
  plan_free(&plan);
}

static void numbers_are_decimal_and_bounded(void)
{
  uint64_t n;
  int64_t s;
  EXPECT(parse_number("0", 10, 9, &n) && n == 0);
  EXPECT(parse_number("ff", 16, 255, &n) && n == 255);
  EXPECT(!parse_number("", 10, 9, &n) && !parse_number("-1", 10, 9, &n) && !parse_number("10", 10, 9, &n));
  EXPECT(!parse_number("1x", 10, 9, &n) && !parse_number(" 1", 10, 9, &n));
  EXPECT(!parse_number("99999999999999999999999", 10, UINT64_MAX, &n));
  EXPECT(parse_signed("-1", &s) && s == -1 && !parse_signed("", &s) && !parse_signed("1 ", &s));
}

static int temp_dir(void)
{
  char path[] = "/tmp/berth-init-test-XXXXXX";
  EXPECT(mkdtemp(path) != NULL);
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  EXPECT(fd >= 0);
  return fd;
}

static void remove_dir(int fd)
{
  char path[64], name[4096];
  static const char *const files[] = {"log", "log.1", "log.2", "log.new"};
  for (size_t i = 0; i < ARRAY_SIZE(files); i++)
    unlinkat(fd, files[i], 0);
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(path, name, sizeof name - 1);
  if (n > 0) {
    name[n] = '\0';
    EXPECT(rmdir(name) == 0);
  }
  close(fd);
}

static void the_log_keeps_every_byte_within_its_limit_over_rotations(void)
{
  int dir = temp_dir();
  struct log log;
  char line[100];
  memset(line, 'x', sizeof line);
  EXPECT(log_open(&log, dir, 1000, 3) == 0);
  for (int i = 0; i < 100; i++)
    log_append(&log, LOG_STDOUT, line, sizeof line);
  EXPECT(log_end(&log) == 100 * (LOG_RECORD + sizeof line));
  struct stat st;
  EXPECT(fstatat(dir, "log.2", &st, 0) == 0 && st.st_size <= 1000 + LOG_HEADER);
  EXPECT(fstatat(dir, "log.3", &st, 0) < 0);
  uint8_t header[LOG_HEADER];
  int older = openat(dir, "log.1", O_RDONLY | O_CLOEXEC);
  EXPECT(pread(older, header, sizeof header, 0) == sizeof header);
  EXPECT(fstat(older, &st) == 0);
  EXPECT(get64(header + 16) + (uint64_t)st.st_size - LOG_HEADER == log.base);
  close(older);
  close(log.fd);
  remove_dir(dir);
}

static void a_log_is_gone_on_with_and_a_cut_off_record_removed(void)
{
  int dir = temp_dir();
  struct log log;
  EXPECT(log_open(&log, dir, 1 << 20, 3) == 0);
  log_append(&log, LOG_STDERR, "one", 3);
  uint64_t end = log_end(&log);
  EXPECT(pwrite(log.fd, "\0\0\0\x09half", 8, (off_t)(LOG_HEADER + end)) == 8);
  close(log.fd);
  EXPECT(log_open(&log, dir, 1 << 20, 3) == 0);
  EXPECT(log_end(&log) == end);
  log_append(&log, LOG_STDERR, "two", 3);
  EXPECT(log_end(&log) == end + LOG_RECORD + 3);
  close(log.fd);
  remove_dir(dir);
}

static void zeros_that_a_power_loss_left_are_no_records(void)
{
  int dir = temp_dir();
  struct log log;
  EXPECT(log_open(&log, dir, 1 << 20, 3) == 0);
  log_append(&log, LOG_STDOUT, "one", 3);
  uint64_t end = log_end(&log);
  EXPECT(ftruncate(log.fd, 5000) == 0);
  close(log.fd);
  EXPECT(log_open(&log, dir, 1 << 20, 3) == 0 && log_end(&log) == end);
  close(log.fd);
  remove_dir(dir);
}

static void offsets_never_go_back_when_the_newest_file_is_damaged(void)
{
  int dir = temp_dir();
  struct log log;
  char line[600] = {0};
  EXPECT(log_open(&log, dir, 1000, 3) == 0);
  log_append(&log, LOG_STDOUT, line, sizeof line);
  log_append(&log, LOG_STDOUT, line, sizeof line);
  uint64_t base = log.base;
  EXPECT(base > 0 && pwrite(log.fd, "garbage!", 8, 0) == 8);
  close(log.fd);
  EXPECT(log_open(&log, dir, 1000, 3) == 0 && log_end(&log) == base);
  close(log.fd);
  remove_dir(dir);
}

static void it_is_known_what_the_next_record_would_push_out(void)
{
  int dir = temp_dir();
  struct log log;
  char line[600] = {0};
  EXPECT(log_open(&log, dir, 1000, 2) == 0);
  log_append(&log, LOG_STDOUT, line, sizeof line);
  EXPECT(log_dropped_by(&log, sizeof line) == 0); /* there is room for a second file */
  log_append(&log, LOG_STDOUT, line, sizeof line);
  EXPECT(log_dropped_by(&log, 10) == 0);
  EXPECT(log_dropped_by(&log, sizeof line) == log.base);
  close(log.fd);
  EXPECT(log_open(&log, dir, 1000, 1) == 0);
  EXPECT(log_dropped_by(&log, sizeof line) == log_end(&log));
  close(log.fd);
  remove_dir(dir);
}

static void a_file_that_is_no_log_is_replaced(void)
{
  int dir = temp_dir();
  struct log log;
  int fd = openat(dir, "log", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  EXPECT(write_all(fd, "hello", 5) == 0);
  close(fd);
  EXPECT(log_open(&log, dir, 1 << 20, 3) == 0 && log_end(&log) == 0);
  close(log.fd);
  remove_dir(dir);
}

static void output_that_cannot_be_written_is_counted_in_a_gap(void)
{
  int dir = temp_dir();
  struct log log;
  EXPECT(log_open(&log, dir, 1 << 20, 3) == 0);
  int good = log.fd;
  log.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
  log_append(&log, LOG_STDOUT, "lost", 4);
  EXPECT(log.lost == 4 && log_end(&log) == 0);
  close(log.fd);
  log.fd = good;
  log_append(&log, LOG_STDOUT, "kept", 4);
  uint8_t record[LOG_RECORD + 8];
  EXPECT(pread(good, record, sizeof record, LOG_HEADER) == sizeof record);
  EXPECT(record[4] == LOG_GAP && get64(record + LOG_RECORD) == 4 && log.lost == 0);
  close(good);
  remove_dir(dir);
}

static void frames_are_whole_or_not_there(void)
{
  uint8_t data[FRAME_MAX + 4] = {0};
  struct frames frames = {.data = data};
  uint32_t size;
  EXPECT(frames_next(&frames, &size) == 0);
  put32(data, 3);
  data[4] = FRAME_INPUT;
  frames.filled = 6;
  EXPECT(frames_next(&frames, &size) == 0);
  frames.filled = 8;
  EXPECT(frames_next(&frames, &size) == 1 && size == 3);
  frames_drop(&frames, size);
  EXPECT(frames.filled == 1);
  frames.filled = 4;
  put32(data, 0);
  EXPECT(frames_next(&frames, &size) < 0);
  put32(data, FRAME_MAX + 1);
  EXPECT(frames_next(&frames, &size) < 0);
  put32(data, UINT32_MAX);
  EXPECT(frames_next(&frames, &size) < 0);
}

static void numbers_in_frames_are_big_endian(void)
{
  uint8_t b[8];
  put64(b, 0x0102030405060708);
  EXPECT(b[0] == 1 && b[7] == 8 && get64(b) == 0x0102030405060708 && get32(b) == 0x01020304 && get16(b) == 0x0102);
}

static void messages_keep_their_fields_and_are_cut_at_their_limit(void)
{
  int ends[2];
  struct message message;
  char *huge = malloc(10000);
  memset(huge, 'y', 9999);
  huge[9999] = '\0';
  EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
  EXPECT(msg_send_failed(ends[0], "mount", "", 13) == 0);
  EXPECT(msg_receive(ends[1], &message) == 1 && message.count == 4);
  EXPECT(strcmp(message.field[1], "mount") == 0 && *message.field[2] == '\0' && strcmp(message.field[3], "13") == 0);
  EXPECT(msg_send_failed(ends[0], "exec", huge, 2) == 0);
  EXPECT(msg_receive(ends[1], &message) == 1 && message.count == 4 && strcmp(message.field[3], "2") == 0);
  close(ends[0]);
  EXPECT(msg_receive(ends[1], &message) == 0);
  close(ends[1]);
  free(huge);
}

static void a_path_never_leads_out_of_its_root(void)
{
  char path[] = "/tmp/berth-init-test-XXXXXX";
  EXPECT(mkdtemp(path) != NULL);
  int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  EXPECT(symlinkat("/etc", root, "away") == 0 && symlinkat("../../../../etc", root, "up") == 0);
  EXPECT(open_beneath(root, "away/passwd", O_PATH, 0) < 0 && errno == ENOENT);
  EXPECT(open_beneath(root, "up/passwd", O_PATH, 0) < 0 && errno == ENOENT);
  EXPECT(open_beneath(root, "../../etc/passwd", O_PATH, 0) < 0 && errno == ENOENT);
  unlinkat(root, "away", 0);
  unlinkat(root, "up", 0);
  close(root);
  rmdir(path);
}

static void a_terminal_of_something_else_is_refused(void)
{
  int master, slave;
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  EXPECT(pty_open(null, 80, 24, &master, &slave) < 0 && errno == ENOTTY);
  EXPECT(pty_open(-1, 80, 24, &master, &slave) < 0);
  close(null);
}

static void the_start_time_tells_processes_apart(void)
{
  EXPECT(start_time(getpid()) > 0);
  EXPECT(start_time(0x3ffffff) == 0);
}

int main(void)
{
  a_plan_is_read_record_by_record();
  a_plan_that_is_cut_off_anywhere_is_refused();
  garbage_is_not_a_plan();
  numbers_are_decimal_and_bounded();
  the_log_keeps_every_byte_within_its_limit_over_rotations();
  a_log_is_gone_on_with_and_a_cut_off_record_removed();
  zeros_that_a_power_loss_left_are_no_records();
  offsets_never_go_back_when_the_newest_file_is_damaged();
  it_is_known_what_the_next_record_would_push_out();
  a_file_that_is_no_log_is_replaced();
  output_that_cannot_be_written_is_counted_in_a_gap();
  frames_are_whole_or_not_there();
  numbers_in_frames_are_big_endian();
  messages_keep_their_fields_and_are_cut_at_their_limit();
  a_path_never_leads_out_of_its_root();
  a_terminal_of_something_else_is_refused();
  the_start_time_tells_processes_apart();
  printf("berth-init unit tests: %s\n", failures == 0 ? "all passed" : "FAILED");
  return failures != 0;
}
