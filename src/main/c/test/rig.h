/* What the live tests need to play the service: write a plan, spawn a monitor, follow it, attach to it, read its log. */
#ifndef BERTH_RIG_H
#define BERTH_RIG_H

#include "berth.h"

extern int failures;

#define EXPECT(condition)                                                                    \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      fprintf(stderr, "%s:%d: not so: %s (errno %d)\n", __func__, __LINE__, #condition, errno); \
      failures++;                                                                            \
    }                                                                                        \
  } while (0)

/* What is different from a plain container that runs a command by /bin/sh. */
struct wish {
  const char *command;         /* of sh -c */
  const char *const *argv;     /* or this program */
  const char *cwd, *root;      /* NULL: /, the common root */
  bool tty, input, attach_file, network;
  const char *network_command; /* instead of slirp4netns, of sh -c: 3 is where it says that it serves */
  const char *attach_at;       /* where a file holding "passed\n" is attached */
  const char *log_bytes, *log_files;
  const char *log_mode;        /* NULL: a container's ring, a session's wait */
  const char *uid;             /* NULL: 0, with docker's capabilities */
  const char *data;            /* a data directory that is there already */
};

struct box {
  char path[4096];
  int data, runtime, handshake, client;
  bool exec;
  pid_t monitor, init, program;
  uint64_t init_start, program_start;
  bool execed;
  char step[64], target[256];
  int error;
  uint64_t log_end;
  int reader;              /* the log file that box_read_on is in */
  uint64_t reader_at, reader_base;
  int exit_code, exit_signal;
  bool exited;
  int network_state;       /* as the monitor said last; 0 = nothing */
  uint32_t replacements;
};

struct rig {
  const char *init, *root, *temp;
};

void box_start(struct box *box, const struct wish *wish);
void box_exec(struct box *session, const struct box *box, const struct wish *wish);
/* Reads the handshake to its end; true when the program runs. */
bool box_follow(struct box *box);
/* Waits for the monitor's end; the exit file's code, or -1 when there is none. */
int box_wait(struct box *box);
void box_remove(struct box *box);
/* The payload of all records of a kind in the log, oldest first; free it. */
char *box_log(const struct box *box, uint8_t kind, size_t *size);
/* Appends to out what a reader that follows the log finds new; the logical offset reached. */
uint64_t box_read_on(struct box *box, FILE *out);
/* Starts, waits, and compares exit code and output. */
void box_says(const struct wish *wish, int code, const char *output);
bool box_attach(struct box *box);
void box_send(struct box *box, enum frame_type type, const void *payload, size_t size);
/* Reads one frame; false at the end. */
bool box_hear(struct box *box);
/* Waits until the log of a running box holds the text. */
bool box_waits_for(struct box *box, const char *text);
/* Asks for something at the socket `udp`; the answer. */
const char *box_udp(const struct box *box, const char *request);
/* The program, as the monitor has written it down when it heard that it runs; 0 before. */
pid_t box_program(const struct box *box);
/* The container's slirp4netns, as the monitor has written it down. */
pid_t box_network(const struct box *box);
/* What carries its UDP ports. */
pid_t box_relay(const struct box *box);
bool is_gone(pid_t pid, uint64_t started);
/* Whether this user namespace has one id only. */
bool rig_single_id(void);
void rig_set(const struct rig *rig);

#endif
