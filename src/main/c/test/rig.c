#include "rig.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int failures;
static struct rig the_rig;

void rig_set(const struct rig *rig)
{
  the_rig = *rig;
}

/* ---- the plan ---- */

static void text(FILE *plan, const char *field)
{
  fwrite(field, 1, strlen(field) + 1, plan);
}

static void record_of(FILE *plan, enum record_type type, const char *const *fields, size_t count)
{
  fprintf(plan, "%d%c%zu%c", type, 0, count, 0);
  for (size_t i = 0; i < count; i++)
    text(plan, fields[i]);
}

#define RECORD_OF(plan, type, ...) \
  record_of(plan, type, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
#define BARE(plan, type) record_of(plan, type, NULL, 0)

static void id_maps(FILE *plan, const char *path, enum record_type type)
{
  FILE *map = fopen(path, "re");
  unsigned long in, out, count;
  while (map != NULL && fscanf(map, "%lu %lu %lu", &in, &out, &count) == 3) {
    char a[24], b[24];
    snprintf(a, sizeof a, "%lu", in);
    snprintf(b, sizeof b, "%lu", count);
    RECORD_OF(plan, type, a, a, b);
  }
  fclose(map);
}

bool rig_single_id(void)
{
  char map[256];
  return read_file_at(AT_FDCWD, "/proc/self/setgroups", map, sizeof map) > 0 && strncmp(map, "deny", 4) == 0;
}

static void file_systems(FILE *plan)
{
  static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"};
  RECORD_OF(plan, REC_mount, "proc", "proc", "/proc", "nosuid,nodev,noexec", "");
  RECORD_OF(plan, REC_mount, "tmpfs", "tmpfs", "/dev", "nosuid,noexec", "mode=755,size=65536k");
  RECORD_OF(plan, REC_mount, "devpts", "devpts", "/dev/pts", "nosuid,noexec", "newinstance,ptmxmode=0666,mode=0620");
  RECORD_OF(plan, REC_mount, "sysfs", "sysfs", "/sys", "ro,nosuid,nodev,noexec", "");
  RECORD_OF(plan, REC_mount, "nothing", "nothing", "/dev/nothing", "optional", "");
  for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
    RECORD_OF(plan, REC_bind, devices[i], devices[i], "nosuid,noexec");
  RECORD_OF(plan, REC_symlink, "/proc/self/fd", "/dev/fd");
  RECORD_OF(plan, REC_symlink, "pts/ptmx", "/dev/ptmx");
}

static void restrictions(FILE *plan)
{
  RECORD_OF(plan, REC_sysctl, "net/ipv4/ip_unprivileged_port_start", "0");
  BARE(plan, REC_loopback);
  RECORD_OF(plan, REC_mask, "/proc/keys");
  RECORD_OF(plan, REC_mask, "/proc/scsi");
  RECORD_OF(plan, REC_mask, "/sys/firmware");
  RECORD_OF(plan, REC_mask, "/proc/not/there");
  RECORD_OF(plan, REC_read_only, "/proc/sys");
  RECORD_OF(plan, REC_read_only, "/proc/sysrq-trigger");
}

static void process(FILE *plan, const struct wish *w)
{
  static const char *const docker = "800405fb"; /* podman's eleven capabilities */
  const char *uid = w->uid == NULL ? "0" : w->uid, *held = w->uid == NULL ? docker : "0";
  RECORD_OF(plan, REC_rlimit, "7", "1000", "2000");
  RECORD_OF(plan, REC_umask, "0022");
  RECORD_OF(plan, REC_cwd, w->cwd == NULL ? "/" : w->cwd);
  if (!rig_single_id())
    BARE(plan, REC_groups);
  RECORD_OF(plan, REC_bounding, docker);
  RECORD_OF(plan, REC_gid, uid);
  RECORD_OF(plan, REC_uid, uid);
  RECORD_OF(plan, REC_capabilities, held, held, "0", "0");
  RECORD_OF(plan, REC_env, "PATH=relative:/nonexistent:/bin");
  RECORD_OF(plan, REC_env, "GREETING=hello");
  if (w->argv != NULL) {
    size_t count = 0;
    while (w->argv[count] != NULL)
      count++;
    record_of(plan, REC_argv, w->argv, count);
  } else {
    RECORD_OF(plan, REC_argv, "sh", "-c", w->command);
  }
  BARE(plan, REC_end);
}

static FILE *begin_plan(const char *kind, const struct wish *w, char **data, size_t *size)
{
  FILE *plan = open_memstream(data, size);
  text(plan, "BERTHPLAN");
  text(plan, "1");
  RECORD_OF(plan, REC_session, kind, "test");
  RECORD_OF(plan, REC_log, w->log_bytes == NULL ? "10485760" : w->log_bytes, w->log_files == NULL ? "3" : w->log_files,
            w->log_mode != NULL ? w->log_mode : strcmp(kind, "exec") == 0 ? "wait" : "ring");
  if (w->tty)
    RECORD_OF(plan, REC_tty, "90", "30");
  RECORD_OF(plan, REC_input, w->input ? "open" : "closed");
  return plan;
}

static void network(FILE *plan, const struct wish *w)
{
  if (w->network_command != NULL) {
    RECORD_OF(plan, REC_network, "/bin/sh", "-c", w->network_command);
    return;
  }
  RECORD_OF(plan, REC_network, "/usr/bin/slirp4netns", "--configure", "--mtu=65520", "--disable-host-loopback",
            "--enable-sandbox", "--enable-seccomp", "--ready-fd=@READYFD@", "--exit-fd=@EXITFD@",
            "--api-socket=@APISOCK@", "--userns-path=@USERNS@", "--netns-type=path", "@NETNS@", "tap0");
}

static void container_plan(const struct wish *w, char **data, size_t *size)
{
  FILE *plan = begin_plan("container", w, data, size);
  id_maps(plan, "/proc/self/uid_map", REC_uid_map);
  id_maps(plan, "/proc/self/gid_map", REC_gid_map);
  if (w->network)
    network(plan, w);
  BARE(plan, REC_root);
  RECORD_OF(plan, REC_hostname, "box");
  file_systems(plan);
  if (w->attach_at != NULL)
    RECORD_OF(plan, REC_attach, "10", w->attach_at, "ro");
  if (w->tty)
    BARE(plan, REC_terminal);
  restrictions(plan);
  BARE(plan, REC_pivot);
  if (w->network)
    BARE(plan, REC_wait_network);
  process(plan, w);
  fclose(plan);
}

/* ---- the monitor ---- */

static int plan_fd(const char *data, size_t size)
{
  int fd = memfd_create("plan", MFD_CLOEXEC);
  EXPECT(write_all(fd, data, size) == 0 && lseek(fd, 0, SEEK_SET) == 0);
  return fd;
}

static int detached(const char *path)
{
  int fd = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | 0x8000 /* AT_RECURSIVE */);
  EXPECT(fd >= 0);
  return fd;
}

static int program_fd(void)
{
  char buffer[65536];
  int from = open(the_rig.init, O_RDONLY | O_CLOEXEC), to = memfd_create("berth-init", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  for (ssize_t n; (n = read(from, buffer, sizeof buffer)) > 0;)
    EXPECT(write_all(to, buffer, (size_t)n) == 0);
  close(from);
  /* The service's seals: F_SEAL_EXEC is left out, which Linux before 6.3 does not know. */
  EXPECT(fcntl(to, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0);
  return to;
}

_Noreturn static void exec_monitor(const int *passed, int count, int program)
{
  char path[32], *argv[] = {"berth-init", "monitor", NULL}, *env[] = {"ASAN_OPTIONS=detect_leaks=0", NULL};
  int high[16];
  program = fcntl(program, F_DUPFD_CLOEXEC, 200); /* the contract's numbers are given below */
  for (int i = 0; i < count; i++)
    high[i] = fcntl(passed[i], F_DUPFD_CLOEXEC, 200);
  for (int i = 0; i < count; i++)
    dup2(high[i], i);
  setsid();
  snprintf(path, sizeof path, "/proc/self/fd/%d", program);
  execve(path, argv, env);
  _exit(99);
}

static void spawn(struct box *box, const char *data, size_t size, int root, int mount)
{
  int pair[2], null = open("/dev/null", O_RDWR | O_CLOEXEC), plan = plan_fd(data, size), program = program_fd();
  int error = open("/dev/stderr", O_WRONLY | O_CLOEXEC);
  EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
  int passed[] = {null, null, error < 0 ? null : error, plan, pair[1], root < 0 ? null : root, box->runtime,
                  box->data, null, null, mount};
  box->monitor = fork();
  if (box->monitor == 0)
    exec_monitor(passed, mount < 0 ? 10 : 11, program);
  int all[] = {null, plan, program, error, pair[1]};
  for (size_t i = 0; i < ARRAY_SIZE(all); i++)
    close(all[i]);
  box->handshake = pair[0];
}

static void box_make(struct box *box, const char *data)
{
  *box = (struct box){.client = -1, .handshake = -1, .reader = -1};
  snprintf(box->path, sizeof box->path, "%s/box-XXXXXX", the_rig.temp);
  EXPECT(mkdtemp(box->path) != NULL);
  box->runtime = open(box->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  box->data = data == NULL ? fcntl(box->runtime, F_DUPFD_CLOEXEC, 3) : open(data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  EXPECT(box->runtime >= 0 && box->data >= 0);
}

static int passed_file(const struct box *box)
{
  char path[4200];
  int fd = openat(box->runtime, "passed", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  EXPECT(write_all(fd, "passed\n", 7) == 0);
  close(fd);
  snprintf(path, sizeof path, "%s/passed", box->path);
  return detached(path);
}

void box_start(struct box *box, const struct wish *wish)
{
  char *data;
  size_t size;
  box_make(box, wish->data);
  container_plan(wish, &data, &size);
  int root = detached(wish->root == NULL ? the_rig.root : wish->root);
  int mount = wish->attach_at != NULL ? passed_file(box) : -1;
  spawn(box, data, size, root, mount);
  free(data);
  close(root);
  if (mount >= 0)
    close(mount);
}

void box_exec(struct box *session, const struct box *box, const struct wish *wish)
{
  char *data, pid[16], started[24];
  size_t size;
  box_make(session, NULL);
  session->exec = true;
  FILE *plan = begin_plan("exec", wish, &data, &size);
  snprintf(pid, sizeof pid, "%d", (int)box->init);
  snprintf(started, sizeof started, "%llu", (unsigned long long)box->init_start);
  RECORD_OF(plan, REC_join, pid, started);
  if (wish->tty)
    BARE(plan, REC_terminal);
  process(plan, wish);
  fclose(plan);
  spawn(session, data, size, -1, -1);
  free(data);
}

static void take(struct box *box, const struct message *m)
{
  if (strcmp(m->field[0], "spawned") == 0 && m->count == 5) {
    EXPECT(atoi(m->field[1]) == box->monitor);
    box->init = atoi(m->field[3]);
    box->init_start = strtoull(m->field[4], NULL, 10);
  } else if (strcmp(m->field[0], "execed") == 0 && m->count == 3) {
    box->execed = true;
    box->program = atoi(m->field[1]);
    box->program_start = strtoull(m->field[2], NULL, 10);
  } else if (strcmp(m->field[0], "failed") == 0 && m->count == 4) {
    snprintf(box->step, sizeof box->step, "%s", m->field[1]);
    snprintf(box->target, sizeof box->target, "%s", m->field[2]);
    box->error = atoi(m->field[3]);
  }
}

bool box_follow(struct box *box)
{
  struct message m;
  while (msg_receive(box->handshake, &m) == 1)
    take(box, &m);
  close(box->handshake);
  box->handshake = -1;
  return box->execed;
}

int box_wait(struct box *box)
{
  char file[512];
  int status, code = -1;
  while (waitpid(box->monitor, &status, 0) < 0 && errno == EINTR)
    continue;
  if (read_file_at(box->data, "exit", file, sizeof file) > 0)
    EXPECT(sscanf(file, "berth-exit 1\ncode %d\nsignal %d", &code, &box->exit_signal) == 2);
  return code;
}

void box_remove(struct box *box)
{
  static const char *const files[] = {"log", "log.1", "log.2", "exit", "passed", "network.log"};
  for (size_t i = 0; i < ARRAY_SIZE(files); i++)
    unlinkat(box->runtime, files[i], 0);
  if (box->client >= 0)
    close(box->client);
  if (box->reader >= 0)
    close(box->reader);
  close(box->runtime);
  close(box->data);
  EXPECT(rmdir(box->path) == 0); /* nothing else may be left: attach, monitor, network, log.new, exit.tmp */
}

/* ---- the log ---- */

static void read_records(int fd, uint8_t kind, FILE *out)
{
  uint8_t head[LOG_RECORD], payload[LOG_PAYLOAD];
  for (off_t at = LOG_HEADER; pread(fd, head, sizeof head, at) == sizeof head;) {
    ssize_t size = (ssize_t)get32(head);
    EXPECT(size <= LOG_PAYLOAD && get64(head + 5) > 0);
    if (pread(fd, payload, (size_t)size, at + LOG_RECORD) != size)
      return;
    if (head[4] == kind)
      fwrite(payload, 1, (size_t)size, out);
    at += LOG_RECORD + size;
  }
}

char *box_log(const struct box *box, uint8_t kind, size_t *size)
{
  static const char *const files[] = {"log.2", "log.1", "log"};
  char *data;
  FILE *out = open_memstream(&data, size);
  for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
    int fd = openat(box->data, files[i], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
      continue;
    read_records(fd, kind, out);
    close(fd);
  }
  fclose(out);
  return data;
}

static bool open_newest(struct box *box)
{
  uint8_t header[LOG_HEADER];
  int fd = openat(box->data, "log", O_RDONLY | O_CLOEXEC);
  if (fd < 0 || pread(fd, header, sizeof header, 0) != sizeof header || (box->reader >= 0 && get64(header + 16) == box->reader_base)) {
    close(fd);
    return false;
  }
  close(box->reader);
  box->reader = fd;
  box->reader_base = get64(header + 16);
  EXPECT(box->reader_base == box->reader_at); /* nothing was missed */
  return true;
}

uint64_t box_read_on(struct box *box, FILE *out)
{
  uint8_t head[LOG_RECORD], payload[LOG_PAYLOAD];
  if (box->reader < 0)
    open_newest(box);
  do
    for (off_t at; at = (off_t)(box->reader_at - box->reader_base + LOG_HEADER), pread(box->reader, head, sizeof head, at) == sizeof head;) {
      ssize_t size = (ssize_t)get32(head);
      if (pread(box->reader, payload, (size_t)size, at + LOG_RECORD) != size)
        break;
      fwrite(payload, 1, (size_t)size, out);
      box->reader_at += LOG_RECORD + (uint64_t)size;
    }
  while (open_newest(box));
  return box->reader_at;
}

void box_says(const struct wish *wish, int code, const char *output)
{
  struct box box;
  size_t size;
  box_start(&box, wish);
  if (!box_follow(&box))
    fprintf(stderr, "failed: %s %s %s\n", box.step, box.target, strerror(box.error));
  int got = box_wait(&box);
  char *said = box_log(&box, LOG_STDOUT, &size);
  char *errors = box_log(&box, LOG_STDERR, &(size_t){0});
  if (got != code || strcmp(said, output) != 0) {
    fprintf(stderr, "not so: %s\n  code %d, not %d\n  said \"%s\", not \"%s\"\n  stderr \"%s\"\n", wish->command, got,
            code, said, output, errors);
    failures++;
  }
  free(said);
  free(errors);
  box_remove(&box);
}

bool box_waits_for(struct box *box, const char *text)
{
  for (int tenths = 0; tenths < 1000; tenths++) {
    size_t size;
    char *log = box_log(box, LOG_STDOUT, &size);
    bool found = memmem(log, size, text, strlen(text)) != NULL;
    free(log);
    if (found)
      return true;
    poll(NULL, 0, 10);
  }
  return false;
}

/* ---- the socket ---- */

bool box_attach(struct box *box)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  uint8_t version[4] = {0, 0, 0, PROTOCOL_VERSION};
  snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/attach", box->runtime);
  box->client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(box->client, (struct sockaddr *)&address, sizeof address) < 0)
    return false;
  box_send(box, FRAME_HELLO, version, sizeof version);
  return box_hear(box);
}

void box_send(struct box *box, enum frame_type type, const void *payload, size_t size)
{
  uint8_t head[5];
  put32(head, (uint32_t)size + 1);
  head[4] = (uint8_t)type;
  /* The monitor may have ended meanwhile, with frames for us still to be read. */
  EXPECT((write_all(box->client, head, sizeof head) == 0 && write_all(box->client, payload, size) == 0) || errno == EPIPE);
}

bool box_hear(struct box *box)
{
  uint8_t head[5], payload[256];
  if (recv(box->client, head, sizeof head, MSG_WAITALL) != sizeof head)
    return false;
  size_t size = get32(head) - 1;
  if (size > sizeof payload || recv(box->client, payload, size, MSG_WAITALL) != (ssize_t)size)
    return false;
  if (head[4] == FRAME_HELLO)
    box->log_end = get64(payload + 4);
  else if (head[4] == FRAME_APPENDED)
    box->log_end = get64(payload);
  else if (head[4] == FRAME_EXITED) {
    box->exited = true;
    box->exit_code = (int)get32(payload);
    box->exit_signal = (int)get32(payload + 4);
    box->log_end = get64(payload + 8);
  } else if (head[4] == FRAME_NETWORK) {
    box->network_state = payload[0];
    box->replacements = get32(payload + 1);
  }
  return true;
}

const char *box_udp(const struct box *box, const char *request)
{
  static char answer[4096];
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t filled = 0;
  ssize_t n;
  snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/udp", box->runtime);
  _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
  EXPECT(write_all(fd, request, strlen(request)) == 0 && shutdown(fd, SHUT_WR) == 0);
  while ((n = recv(fd, answer + filled, sizeof answer - 1 - filled, 0)) > 0)
    filled += (size_t)n;
  answer[filled] = '\0';
  return answer;
}

static pid_t recorded(const struct box *box, const char *key)
{
  char text[512];
  ssize_t size = read_file_at(box->data, "monitor", text, sizeof text - 1);
  text[size > 0 ? size : 0] = '\0';
  const char *line = strstr(text, key);
  return line == NULL ? 0 : atoi(line + strlen(key));
}

pid_t box_network(const struct box *box)
{
  return recorded(box, "\nnetwork ");
}

pid_t box_program(const struct box *box)
{
  return recorded(box, "\nprocess ");
}

pid_t box_relay(const struct box *box)
{
  return recorded(box, "\nrelay ");
}

bool is_gone(pid_t pid, uint64_t started)
{
  for (int i = 0; i < 500; i++) {
    char path[64], stat[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (read_file_at(AT_FDCWD, path, stat, sizeof stat) < 0 || start_time(pid) != started || strstr(stat, ") Z ") != NULL)
      return true;
    poll(NULL, 0, 10);
  }
  return false;
}
