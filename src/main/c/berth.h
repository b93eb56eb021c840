/*
 * berth-init: enters namespaces for a JVM, which cannot. Java decides, this program executes.
 * docs/handshake.md is the contract; C17 and libc only; single-threaded throughout.
 */
#ifndef BERTH_H
#define BERTH_H

#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* The descriptors that the service passes. */
enum {
  FD_PLAN = 3,
  FD_HANDSHAKE = 4,
  FD_ROOT = 5,
  FD_RUNTIME = 6,
  FD_DATA = 7,
  FD_CGROUP = 8,
  FD_SECCOMP = 9,
  FD_FIRST_MOUNT = 10
};

enum { EXIT_BERTH = 125, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

/* ---- plan.c: the launch plan ---- */

enum phase { MONITOR, INIT, PROCESS };

enum record_type {
#define PLAN_VERSION(v) PLAN_VERSION_NUMBER = v,
#define RECORD(number, name, phase) REC_##name = number,
#include "records.def"
#undef PLAN_VERSION
#undef RECORD
};
/* PLAN_VERSION_NUMBER shares the enum's type only; record numbers that equal it are fine. */

struct record {
  enum record_type type;
  enum phase phase;
  const char *name;
  char **fields;
  size_t count;
};

struct plan {
  char *text;
  struct record *records;
  size_t count;
  char **fields;
};

/* Parses size bytes that must stay; returns NULL or why not. */
const char *plan_parse(struct plan *plan, char *text, size_t size);
const char *plan_read(struct plan *plan, int fd);
void plan_free(struct plan *plan);
const struct record *plan_find(const struct plan *plan, enum record_type type);

/* ---- util.c ---- */

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static inline void closep(int *fd)
{
  if (*fd >= 0) {
    int keep = errno;
    extern int close(int);
    close(*fd);
    errno = keep;
  }
}
#define _cleanup_close_ __attribute__((cleanup(closep)))

bool parse_number(const char *text, int base, uint64_t max, uint64_t *value);
bool parse_signed(const char *text, int64_t *value);
/* A number of a plan that Java wrote: a bad one ends the process' step with EINVAL. */
int field_number(const char *text, int base, uint64_t *value);
ssize_t read_file_at(int dir, const char *path, char *buffer, size_t size);
int write_file(int dir, const char *path, const char *text);
int write_all(int fd, const void *data, size_t size);
/* Start time of a process, field 22 of /proc/PID/stat; 0 when there is none. */
uint64_t start_time(pid_t pid);
uint64_t now_ns(void);
uint64_t monotonic_ms(void);
int set_cloexec(int fd, bool on);
int set_nonblock(int fd);
void put32(uint8_t *to, uint32_t v);
void put64(uint8_t *to, uint64_t v);
uint16_t get16(const uint8_t *from);
uint32_t get32(const uint8_t *from);
uint64_t get64(const uint8_t *from);
int open_beneath(int root, const char *path, uint64_t flags, mode_t mode);
void reset_signals(void);
int make_controlling(int fd);

/* ---- msg.c: packets between service, monitor, PID 1 and program ---- */

enum { MSG_MAX = 4096, MSG_FIELDS = 8 };

struct message {
  char text[MSG_MAX];
  char *field[MSG_FIELDS];
  size_t count;
  int fd;      /* passed descriptor or -1 */
  pid_t pid;   /* sender, as the receiver sees it; 0 when not asked for */
};

int msg_send(int sock, int pass_fd, const char *const *fields, size_t count);
#define MSG_SEND(sock, pass_fd, ...) \
  msg_send(sock, pass_fd, (const char *const[]){__VA_ARGS__}, \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))
int msg_send_failed(int sock, const char *step, const char *target, int error);
/* 1 = a message, 0 = the other side is gone, -1 = errno (EAGAIN included). */
int msg_receive(int sock, struct message *message);

/* ---- targets.c: places in the container's tree ---- */

/* The place as O_PATH; it is made, with its parents, where it is missing, links being followed beneath the root. */
int target_directory(int root, const char *path, mode_t mode, bool *made);
int target_file(int root, const char *path);

/* ---- mounts.c: records that change what the container sees ---- */

struct tree {
  int root; /* the container's root while it is built */
};

int mounts_root(struct tree *tree);
int mounts_mkdir(const struct tree *tree, char **field);
int mounts_mount(const struct tree *tree, char **field);
int mounts_bind(const struct tree *tree, char **field);
int mounts_attach(const struct tree *tree, char **field);
int mounts_symlink(const struct tree *tree, char **field);
int mounts_mask(const struct tree *tree, char **field);
int mounts_read_only(struct tree *tree, char **field);
int mounts_sysctl(const struct tree *tree, char **field);
int mounts_pivot(struct tree *tree);
int mounts_bind_fd(const struct tree *tree, int fd, const char *target);

/* ---- pty.c ---- */

struct terminal {
  bool wanted;
  uint16_t columns, rows;
  int slave;
};

/* Opens a terminal of the devpts at ptmx; *master and *slave are set. */
int pty_open(int ptmx, uint16_t columns, uint16_t rows, int *master, int *slave);
int pty_resize(int master, uint16_t columns, uint16_t rows);

/* ---- init.c: PID 1, and the joiner of an exec session ---- */

struct start {
  const struct plan *plan;
  struct terminal terminal;
  int link;         /* to the monitor */
  int ready;        /* from slirp4netns, or -1 */
  int stdio[3];     /* the program's pipes, or -1 each */
};

_Noreturn void init_main(struct start *start);
_Noreturn void join_main(struct start *start);

/* ---- process.c: the process that becomes the program ---- */

_Noreturn void process_main(struct start *start, int alive);

/* ---- log.c: the ring on disk ---- */

enum { LOG_STDOUT = 1, LOG_STDERR = 2, LOG_SIZE = 5, LOG_GAP = 7, LOG_HEADER = 24, LOG_RECORD = 13, LOG_PAYLOAD = 64 * 1024 };

struct log {
  int dir;
  int fd;
  uint64_t base;     /* logical offset of the newest file's first record */
  uint64_t size;     /* bytes of records in it */
  uint64_t max;      /* per file */
  unsigned files;
  uint64_t lost;     /* output bytes that could not be written since the last record */
};

int log_open(struct log *log, int dir, uint64_t max, unsigned files);
void log_append(struct log *log, uint8_t kind, const void *data, size_t size);
/* The logical offset below which everything would be gone, if so many bytes were appended now; 0 = nothing would. */
uint64_t log_dropped_by(const struct log *log, size_t size);
static inline uint64_t log_end(const struct log *log) { return log->base + log->size; }

/* ---- frames.c: the monitor's socket ---- */

enum frame_type {
  FRAME_HELLO = 1, FRAME_INPUT, FRAME_END_OF_INPUT, FRAME_RESIZE, FRAME_SIGNAL, FRAME_READ, FRAME_AWAIT,
  FRAME_APPENDED = 16, FRAME_EXITED, FRAME_REFUSED, FRAME_NETWORK
};
/* What the network of a container is, in frame 19. */
enum network_state { NETWORK_READY = 1, NETWORK_REPLACED, NETWORK_LOST };
enum { FRAME_MAX = 64 * 1024, PROTOCOL_VERSION = 2 };

struct frames {
  uint8_t *data;   /* FRAME_MAX + 4 bytes */
  size_t filled;
};

/* 1 = a whole frame stands at data+4, size tells its length; 0 = more bytes are needed; -1 = garbage. */
int frames_next(const struct frames *frames, uint32_t *size);
void frames_drop(struct frames *frames, uint32_t size);

/* ---- lookout.c: what U1 cannot see ---- */

/* Starts it; the program that is executed next finds its socket by BERTH_LOOKOUT. 0, or -1 with errno. */
int lookout_start(void);

/* ---- relay.c: datagrams between ports of the machine and a container ---- */

enum { FORWARDS_MAX = 256 };

/* In a child of the monitor, whose end of a packet socket is control; init is the container's. */
_Noreturn void relay_main(int control, pid_t init);

/* ---- the programs ---- */

int enter_main(int argc, char **argv);
int monitor_main(void);

#endif
