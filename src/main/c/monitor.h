/* The parts of the monitor: monitor.c runs it, launch.c starts what it watches, clients.c talks to who attaches. */
#ifndef BERTH_MONITOR_H
#define BERTH_MONITOR_H

#include "berth.h"

#include <netinet/in.h>

enum { CLIENTS_MAX = 64, READ_SIZE = 64 * 1024 };

struct client {
  int fd;
  struct frames in;
  size_t input_done;      /* bytes of the input frame at the head that are written already */
  uint8_t out[64];        /* at most one short frame waits; what is newer replaces what is older */
  size_t out_filled, out_done;
  uint64_t announced;     /* the log's end that this client knows */
  uint64_t read;          /* how far it says it has read */
  uint64_t heard;         /* when it said so last, in milliseconds of the monotonic clock */
  uint64_t behind;        /* since when the program is too far ahead of it; 0 = it is not */
  bool follows;           /* the program may be held for it */
  bool awaited;           /* the log keeps what it has not read: the program waits, however long it takes */
  uint32_t network_told;  /* the network's news that it knows */
  bool greeted, told_exit, waits_for_input;
  bool deaf;              /* it cannot be written to any more */
};

struct network {
  pid_t pid;              /* of slirp4netns; 0 = none */
  uint64_t started;       /* its start time, as in /proc */
  int exit_end;           /* closing it ends slirp4netns */
  int ready;              /* a replacement says here that it serves; -1 = nothing is awaited */
  enum network_state state;
  uint32_t news;          /* how often the state has changed */
  uint32_t replacements;
  unsigned deaths;        /* in quick succession */
  uint64_t began, due;    /* milliseconds of the monotonic clock; due 0 = nothing is to be done at a time */
};

struct udp_forward {
  bool used;
  int fd;                 /* bound to the machine's port; the relay has it, too */
  struct in_addr host;
  uint16_t port, inside_port;
  char inside[INET_ADDRSTRLEN];
};

struct udp {
  int listener;           /* where forwards are asked for; -1 = there is no network */
  pid_t relay;            /* started with the first forward */
  uint64_t started;       /* its start time, as in /proc */
  int control;            /* to it */
  uint64_t due;           /* when one that has died is replaced, in milliseconds of the monotonic clock; 0 = never */
  struct udp_forward forwards[FORWARDS_MAX];
};

struct monitor {
  struct plan plan;
  bool exec, has_tty, execed, init_gone, told, status_known;
  bool waits;             /* the program waits for whoever reads, instead of the log losing its oldest file */
  bool expects;           /* one who is to be awaited comes with the start */
  bool reader_left;       /* a client was here and has gone */
  uint64_t execed_at;     /* when the program began, in milliseconds of the monotonic clock */
  int held_for;           /* milliseconds for which the output is not read at most; -1 = it is read */
  struct log log;
  int link, handshake, listener, signals;
  int output[2];          /* the terminal's master, or stdout and stderr */
  int input;              /* the terminal's master, or stdin; -1 = closed */
  pid_t init, program;
  uint64_t init_start, program_start;
  int init_fd, program_fd;
  struct network network;
  struct udp udp;
  int status;             /* of the program, as waitpid gives it */
  const char *reason;
  struct client *clients[CLIENTS_MAX];
  uint8_t buffer[READ_SIZE];
};

/* launch.c */
void launch_fail(struct monitor *m, const char *step, const char *target, int error);
void launch(struct monitor *m);
/* Ends everything that was started and exits: nobody waits for this container any more. */
_Noreturn void launch_undo(struct monitor *m);
void write_monitor_record(struct monitor *m);

/* network.c */
/* Starts what the plan's record names, if there is one; it writes to ready when it serves. */
void network_start(struct monitor *m, int ready);
/* It was reaped: another one takes its place after a while. */
void network_died(struct monitor *m);
/* Milliseconds until network_work has something to do; -1 = only when its descriptor is readable. */
int network_timeout(const struct monitor *m);
void network_work(struct monitor *m, bool readable);
/* The end of the container: it is asked to go. */
void network_close(struct monitor *m);

/* udp.c */
void udp_open(struct monitor *m);
/* Answers one request. */
void udp_serve(struct monitor *m);
/* The relay was reaped: another one takes its place and its forwards after a while. */
void udp_died(struct monitor *m);
int udp_timeout(const struct monitor *m);
void udp_work(struct monitor *m);
void udp_close(struct monitor *m);

/* clients.c */
void client_accept(struct monitor *m);
void client_read(struct monitor *m, struct client **slot);
void client_work(struct monitor *m, struct client **slot);
void client_write(struct monitor *m, struct client *client);
void client_close(struct client **slot);
/* The offset from which on the log is to be kept for those who read it; UINT64_MAX = for nobody. */
uint64_t clients_keep_from(const struct monitor *m);
/* For how many milliseconds one is still expected, for whom the log is kept from its start on; -1 = none is. */
int clients_expected(const struct monitor *m);
/* For how many milliseconds a program that is typed at is to be held, so that a client can follow what it writes; -1 = not at all. */
int clients_hold(struct monitor *m);

/* monitor.c */
int exit_code(int status);
/*
 * Listens at a socket in the runtime directory, by way of its descriptor: a socket's path may have 107 bytes only, the directory more.
 * What was listened at before is closed then. 0, or -1 with errno.
 */
int runtime_listener(const char *name, int *listener);
void close_fd(int *fd);

#endif
