/*
 * Real containers of a busybox, started as the service starts them. Runs inside U1:
 *   berth-init enter … -- live BERTH-INIT ROOT TEMP
 * One function per property.
 */
#include "rig.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct rig rig;

static void says(const char *command, int code, const char *output)
{
  box_says(&(struct wish){.command = command}, code, output);
}

static void the_exit_code_is_the_programs(void)
{
  says("exit 0", 0, "");
  says("exit 7", 7, "");
  says("exit 255", 255, "");
  says("kill -TERM $$; sleep 9", 143, "");
  says("kill -KILL $$; sleep 9", 137, "");
}

static void fails_to_start(const char *const *argv, const char *step, int error)
{
  struct box box;
  box_start(&box, &(struct wish){.argv = argv});
  EXPECT(!box_follow(&box) && strcmp(box.step, step) == 0 && box.error == error);
  EXPECT(box_wait(&box) == -1);
  box_remove(&box);
}

static void a_program_that_cannot_run_says_why(void)
{
  fails_to_start((const char *[]){"nope", NULL}, "exec", ENOENT);
  fails_to_start((const char *[]){"/nope", NULL}, "exec", ENOENT);
  fails_to_start((const char *[]){"/etc/text", NULL}, "exec", EACCES);
  fails_to_start((const char *[]){"/etc", NULL}, "exec", EACCES);
  fails_to_start((const char *[]){"/etc/garbage", NULL}, "exec", ENOEXEC);
}

static void the_program_sees_its_own_world_and_no_other(void)
{
  says("hostname; id -u; echo $$; echo $GREETING $HOME $FOO", 0, "box\n0\n2\nhello\n");
  says("ls /proc/self/fd", 0, "0\n1\n2\n3\n"); /* 3 is the directory itself */
  says("umask; ulimit -n; pwd", 0, "0022\n1000\n/\n");
  says("grep -E '^(Cap|NoNew)' /proc/self/status | tr '\\t\\n' '  '", 0,
       "CapInh: 0000000000000000 CapPrm: 00000000800405fb CapEff: 00000000800405fb CapBnd: 00000000800405fb "
       "CapAmb: 0000000000000000 NoNewPrivs: 0 ");
  says("grep -E '^Cap(Eff|Bnd)|^NoNew' /proc/1/status | tr '\\t\\n' '  '", 0,
       "CapEff: 0000000000000020 CapBnd: 0000000000000000 NoNewPrivs: 1 ");
  says("awk '{print $6}' /proc/self/stat | grep -cx $$", 0, "1\n"); /* its own session */
  says("cat /sys/class/net/lo/flags; ls /sys/class/net", 0, "0x9\nlo\n");
  says("cat /proc/self/cgroup | grep -v ':/$' | grep -c '/\\.\\.'", 1, "0\n"); /* nothing above its own cgroup */
  says("awk '$5 == \"/\" || $5 ~ /^.(proc|sys|dev)/ {next} {print $5}' /proc/self/mountinfo", 0, "");
}

static void what_is_masked_or_read_only_stays_so(void)
{
  says("cat /proc/keys; ls -A /sys/firmware; touch /sys/firmware/x", 1, "");
  says("echo 1 > /proc/sys/net/ipv4/ip_forward", 1, "");
  says("echo h > /proc/sysrq-trigger", 1, "");
  says("cat /proc/sys/net/ipv4/ip_unprivileged_port_start", 0, "0\n");
}

static void pid_1_takes_no_write_no_chmod_and_cannot_be_looked_into(void)
{
  says("chmod 4777 /proc/1/exe; (echo x >> /proc/1/exe); cat /proc/1/exe /proc/1/environ /proc/1/fd/3", 1, "");
}

static void pid_1_reaps_and_passes_signals_on(void)
{
  says("for i in 1 2 3; do (sleep 0.05 &) ; done; sleep 0.4; grep -l '^State:.Z' /proc/[0-9]*/status", 1, "");
  says("trap 'echo got; exit 3' TERM; kill -TERM 1; sleep 5 & wait", 3, "got\n");
}

static void a_program_of_another_user_owns_its_streams(void)
{
  if (!rig_single_id())
    box_says(&(struct wish){.command = "id -u; echo to > /dev/fd/1; grep ^CapEff /proc/self/status", .uid = "33"}, 0,
             "33\nto\nCapEff:\t0000000000000000\n");
}

static void the_working_directory_is_made_and_leads_nowhere_else(void)
{
  box_says(&(struct wish){.command = "pwd", .cwd = "/made/for/me"}, 0, "/made/for/me\n");
  struct box box;
  for (int fd = 3; fd < 12; fd++) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    box_start(&box, &(struct wish){.command = "pwd", .cwd = path});
    EXPECT(!box_follow(&box) && strcmp(box.step, "cwd") == 0);
    EXPECT(box_wait(&box) == -1);
    box_remove(&box);
  }
}

/* ---- hostile images ---- */

/* A root like the common one, changed by a command that runs in it. */
static const char *root_with(const char *command)
{
  static char path[256];
  char line[2048];
  snprintf(path, sizeof path, "%s/hostile", rig.temp);
  snprintf(line, sizeof line, "cp -a '%s' '%s' && cd '%s' && %s", rig.root, path, path, command);
  EXPECT(system(line) == 0);
  return path;
}

static void remove_root(const char *path)
{
  char line[512];
  snprintf(line, sizeof line, "rm -rf '%s'", path);
  EXPECT(system(line) == 0);
}

static void root_fails(const char *change, const char *attach_at, const char *step, int error)
{
  struct box box;
  const char *root = root_with(change);
  box_start(&box, &(struct wish){.command = "true", .root = root, .attach_at = attach_at});
  bool runs = box_follow(&box);
  if (runs || strcmp(box.step, step) != 0 || box.error != error) {
    fprintf(stderr, "not so: %s: runs %d, step %s, target %s, %s\n", change, runs, box.step, box.target, strerror(box.error));
    failures++;
  }
  box_wait(&box);
  box_remove(&box);
  remove_root(root);
}

static void root_says(const char *change, const char *attach_at, const char *command, const char *output)
{
  const char *root = root_with(change);
  box_says(&(struct wish){.command = command, .root = root, .attach_at = attach_at}, 0, output);
  remove_root(root);
}

static void an_image_cannot_lead_a_mount_astray(void)
{
  root_fails("rm -rf proc && ln -s /etc proc", NULL, "mount", ELOOP);
  root_fails("rm -rf sys && ln -s ../../../sys sys", NULL, "mount", ELOOP);
  root_fails("rm -rf proc && mkfifo proc", NULL, "mount", ENOTDIR);
  root_fails("ln -s loop etc/loop", "/etc/loop/x", "attach", ELOOP);
  root_fails("ln -s /proc/sys/kernel/core_pattern etc/x", "/etc/x", "attach", EPERM);
  root_fails("ln -s /proc/self/cwd etc/x", "/etc/x/y", "attach", ELOOP);
  root_says("rm -rf dev && ln -s ../../../../../../elsewhere dev && mkdir elsewhere", NULL, "ls -d /elsewhere/null",
            "/elsewhere/null\n");
  EXPECT(access("/elsewhere", F_OK) < 0);
}

static void a_file_is_attached_whatever_the_image_has_there(void)
{
  root_says("true", "/etc/new/deep/file", "cat /etc/new/deep/file", "passed\n");
  root_says("echo old > etc/f", "/etc/f", "cat /etc/f; (echo x > /etc/f) 2>/dev/null || echo ro", "passed\nro\n");
  root_says("mkfifo etc/f", "/etc/f", "cat /etc/f", "passed\n");
  root_says("ln -s ../run/there/f etc/f", "/etc/f", "cat /etc/f /run/there/f", "passed\npassed\n");
  root_says("ln -s /run/there etc/d", "/etc/d/f", "cat /run/there/f", "passed\n");
  root_says("ln -s ../../../../../etc/away etc/f", "/etc/f", "cat /etc/away", "passed\n");
  EXPECT(access("/etc/away", F_OK) < 0);
}

/* ---- streams and the terminal ---- */

static void stdout_and_stderr_are_kept_apart(void)
{
  struct box box;
  size_t size;
  box_start(&box, &(struct wish){.command = "echo out; echo err >&2"});
  EXPECT(box_follow(&box) && box_wait(&box) == 0);
  char *out = box_log(&box, LOG_STDOUT, &size), *err = box_log(&box, LOG_STDERR, &size);
  EXPECT(strcmp(out, "out\n") == 0 && strcmp(err, "err\n") == 0);
  free(out);
  free(err);
  box_remove(&box);
}

static void every_byte_of_much_output_is_in_the_log(void)
{
  struct box box;
  size_t size, wrong = 0;
  const size_t count = 3000000;
  box_start(&box, &(struct wish){.command = "seq 1000000 1000000000 | head -c 24000000"});
  EXPECT(box_follow(&box) && box_wait(&box) == 0);
  char *log = box_log(&box, LOG_STDOUT, &size);
  EXPECT(size == 8 * count);
  for (size_t i = 0; i < count && size == 8 * count; i++)
    wrong += (size_t)atoi(log + 8 * i) != 1000000 + i;
  EXPECT(wrong == 0);
  free(log);
  box_remove(&box);
}

static void a_terminal_is_the_containers_own(void)
{
  box_says(&(struct wish){.command = "stty size; tty; ls -l /dev/console | cut -c1; echo hi > /dev/console", .tty = true}, 0,
           "30 90\r\n/dev/pts/0\r\nc\r\nhi\r\n");
  box_says(&(struct wish){.command = "exec 0<&- 1>&- 2>&-; sleep 0.2; exec >/dev/console; echo back", .tty = true}, 0, "back\r\n");
}

static void all_of_a_terminals_output_arrives_before_the_end(void)
{
  struct box box;
  size_t size;
  box_start(&box, &(struct wish){.command = "exec seq 1000000 1300000", .tty = true});
  EXPECT(box_follow(&box) && box_wait(&box) == 0);
  char *log = box_log(&box, LOG_STDOUT, &size);
  EXPECT(size == 300001 * 9 && memcmp(log + size - 9, "1300000\r\n", 9) == 0);
  free(log);
  box_remove(&box);
}

static void a_terminal_takes_input_resizes_and_control_c(void)
{
  struct box box;
  box_start(&box, &(struct wish){.command = "trap 'echo INT; exit 9' INT; trap 'stty size' WINCH; read a; echo \"<$a>\"; "
                                            "while :; do sleep 0.05; done", .tty = true, .input = true});
  EXPECT(box_follow(&box) && box_attach(&box));
  box_send(&box, FRAME_INPUT, "typed\r", 6);
  EXPECT(box_waits_for(&box, "<typed>"));
  box_send(&box, FRAME_RESIZE, "\0\x78\0\x28", 4);
  EXPECT(box_waits_for(&box, "40 120"));
  box_send(&box, FRAME_INPUT, "\3", 1);
  while (box_hear(&box))
    continue;
  EXPECT(box.exited && box.exit_code == 9 && box.exit_signal == 0);
  EXPECT(box_wait(&box) == 9 && box_waits_for(&box, "INT"));
  box_remove(&box);
}

static void a_shell_stops_and_goes_on_with_a_job(void)
{
  struct box box;
  box_start(&box, &(struct wish){.argv = (const char *[]){"sh", NULL}, .tty = true, .input = true});
  EXPECT(box_follow(&box) && box_attach(&box));
  box_send(&box, FRAME_INPUT, "sleep 77\r", 9);
  EXPECT(box_waits_for(&box, "sleep 77\r\n"));
  poll(NULL, 0, 100);
  box_send(&box, FRAME_INPUT, "\x1a", 1);
  EXPECT(box_waits_for(&box, "Stopped"));
  box_send(&box, FRAME_INPUT, "kill %1; fg; echo =$((40+2))=; exit 5\r", 38);
  EXPECT(box_waits_for(&box, "=42="));
  EXPECT(box_wait(&box) == 5);
  box_remove(&box);
}

static void input_and_its_end_reach_the_program(void)
{
  struct box box;
  char part[16384];
  memset(part, 'i', sizeof part);
  box_start(&box, &(struct wish){.command = "sleep 0.3; wc -c; echo done", .input = true});
  EXPECT(box_follow(&box) && box_attach(&box));
  for (int i = 0; i < 20; i++)
    box_send(&box, FRAME_INPUT, part, sizeof part);
  box_send(&box, FRAME_END_OF_INPUT, "", 0);
  close(box.client); /* it does not wait: what it sent counts all the same */
  box.client = -1;
  EXPECT(box_wait(&box) == 0 && box_waits_for(&box, "327680\ndone"));
  box_remove(&box);
}

static void control_d_is_the_end_of_a_terminals_input(void)
{
  struct box box;
  box_start(&box, &(struct wish){.command = "cat; echo end", .tty = true, .input = true});
  EXPECT(box_follow(&box) && box_attach(&box));
  box_send(&box, FRAME_END_OF_INPUT, "", 0);
  EXPECT(box_wait(&box) == 0 && box_waits_for(&box, "end"));
  box_remove(&box);
}

static void a_client_that_does_not_read_holds_nothing_up(void)
{
  struct box box;
  box_start(&box, &(struct wish){.command = "yes | head -c 8000000; echo; echo at the end", .input = true});
  EXPECT(box_follow(&box) && box_attach(&box));
  int deaf = box.client;
  EXPECT(box_attach(&box));
  while (box_hear(&box))
    continue;
  EXPECT(box.exited && box.exit_code == 0);
  EXPECT(box_wait(&box) == 0 && box_waits_for(&box, "at the end"));
  close(deaf);
  box_remove(&box);
}

static uint64_t says_what_it_has_read(struct box *box, FILE *out)
{
  uint8_t offset[8];
  uint64_t read = box_read_on(box, out);
  put64(offset, read);
  box_send(box, FRAME_READ, offset, sizeof offset);
  return read;
}

enum { NEAR = 256 * 1024, SIGN_OF_LIFE_MS = 500 };

/* Says the same again and again for longer than a reader's silence is waited for; how far the program came meanwhile. */
static uint64_t lives_on(struct box *box, uint64_t read, FILE *out)
{
  uint8_t offset[8];
  put64(offset, read);
  for (int i = 0; i < 6; i++) {
    box_send(box, FRAME_READ, offset, sizeof offset);
    poll(NULL, 0, SIGN_OF_LIFE_MS);
  }
  return box_read_on(box, out);
}

/* Endless output stays near a reader that is slow, and goes on when it stands still; it is not held again for who is far behind. */
static void a_terminal_stays_near_its_reader(void)
{
  struct box box;
  uint64_t end;
  FILE *out = fopen("/dev/null", "w");
  box_start(&box, &(struct wish){.command = "echo begun; read a; exec yes", .tty = true, .input = true});
  EXPECT(box_follow(&box) && box_attach(&box) && box_waits_for(&box, "begun"));
  uint64_t read = says_what_it_has_read(&box, out);
  box_send(&box, FRAME_INPUT, "\n", 1);
  for (uint64_t goal = read + 8 * NEAR; read < goal && box_hear(&box);) {
    EXPECT(box.log_end <= read + NEAR);
    poll(NULL, 0, 5);
    read = says_what_it_has_read(&box, out);
  }
  EXPECT(lives_on(&box, read, out) <= read + NEAR);
  while ((end = box_read_on(&box, out)) <= read + 32 * NEAR)
    poll(NULL, 0, 10);
  EXPECT(lives_on(&box, read, out) > end + 4 * NEAR);
  box_send(&box, FRAME_INPUT, "\003", 1);
  EXPECT(box_wait(&box) == 130);
  fclose(out);
  box_remove(&box);
}

static void garbage_closes_the_connection_and_nothing_else(void)
{
  struct box box;
  box_start(&box, &(struct wish){.command = "read a; echo $a", .input = true});
  EXPECT(box_follow(&box) && box_attach(&box));
  EXPECT(write_all(box.client, "\xff\xff\xff\xff\x02", 5) == 0);
  while (box_hear(&box))
    continue;
  close(box.client);
  EXPECT(box_attach(&box));
  box_send(&box, 250, "what", 4);
  box_send(&box, FRAME_RESIZE, "", 0);
  box_send(&box, FRAME_SIGNAL, "\0\0\0\xff", 4);
  box_send(&box, FRAME_INPUT, "still\n", 6);
  EXPECT(box_wait(&box) == 0 && box_waits_for(&box, "still"));
  box_remove(&box);
}

/* ---- exec sessions ---- */

static void sleeping_box(struct box *box)
{
  box_start(box, &(struct wish){.command = "echo up; while :; do sleep 1; done"});
  EXPECT(box_follow(box) && box_waits_for(box, "up"));
}

static void end_box(struct box *box)
{
  kill(box->init, SIGKILL);
  EXPECT(box_wait(box) == 137 && box->exit_signal == SIGKILL);
  EXPECT(is_gone(box->program, box->program_start));
  box_remove(box);
}

static void session_says(struct box *box, const struct wish *wish, int code, const char *output)
{
  struct box session;
  size_t size;
  box_exec(&session, box, wish);
  EXPECT(box_follow(&session) && box_wait(&session) == code);
  char *said = box_log(&session, LOG_STDOUT, &size);
  if (strcmp(said, output) != 0) {
    fprintf(stderr, "not so: %s says \"%s\", not \"%s\"\n", wish->command, said, output);
    failures++;
  }
  free(said);
  box_remove(&session);
}

static void a_session_is_in_the_container(void)
{
  struct box box, session;
  sleeping_box(&box);
  session_says(&box, &(struct wish){.command = "hostname; pwd; ls /proc/self/fd; exit 4"}, 4, "box\n/\n0\n1\n2\n3\n");
  session_says(&box, &(struct wish){.command = "for n in mnt pid net uts ipc user cgroup; do (readlink /proc/self/ns/$n; readlink /proc/2/ns/$n) | sort -u | wc -l; done | tr -d '\\n'"},
               0, "1111111");
  session_says(&box, &(struct wish){.command = "tty; stty size", .tty = true}, 0, "/dev/pts/0\r\n30 90\r\n");
  session_says(&box, &(struct wish){.command = "kill -KILL $$"}, 137, "");
  session_says(&box, &(struct wish){.command = "(sleep 0.2; echo late) >/dev/null & echo now"}, 0, "now\n");
  box_exec(&session, &box, &(struct wish){.command = "sleep 60"});
  EXPECT(box_follow(&session));
  end_box(&box); /* a session ends with its container */
  EXPECT(box_wait(&session) == 137);
  box_remove(&session);
  box_exec(&session, &box, &(struct wish){.command = "true"});
  EXPECT(!box_follow(&session) && strcmp(session.step, "join") == 0 && session.error == ESRCH);
  box_wait(&session);
  box_remove(&session);
}

static void a_session_ends_with_its_monitor(void)
{
  struct box box, session;
  sleeping_box(&box);
  box_exec(&session, &box, &(struct wish){.command = "sleep 60"});
  EXPECT(box_follow(&session));
  kill(session.monitor, SIGKILL);
  EXPECT(box_wait(&session) == -1 && is_gone(session.program, session.program_start));
  unlinkat(session.runtime, "attach", 0);
  unlinkat(session.runtime, "monitor", 0);
  box_remove(&session);
  end_box(&box);
}

/* Twelve times what the log keeps. */
#define MUCH .command = "seq 1000000 1000000000 | head -c 2400000", .log_bytes = "200000"

/* What a slow reader gets up to the program's end; free it. */
static char *read_slowly(struct box *box, enum frame_type first, size_t *size)
{
  enum frame_type says = first;
  char *seen;
  EXPECT(box_attach(box));
  FILE *out = open_memstream(&seen, size);
  do {
    uint8_t offset[8];
    put64(offset, box_read_on(box, out));
    box_send(box, says, offset, sizeof offset);
    says = FRAME_READ;
    poll(NULL, 0, 5);
  } while (!box->exited && box_hear(box));
  box_read_on(box, out);
  fclose(out);
  EXPECT(box->exited && box_wait(box) == 0);
  return seen;
}

/* Until the only reader comes the program waits; then it gets every byte, however slowly it reads. */
static void gets_every_byte(struct box *box, enum frame_type first)
{
  struct stat st;
  size_t size;
  EXPECT(box_follow(box));
  poll(NULL, 0, 300);
  EXPECT(fstatat(box->data, "log", &st, 0) == 0 && st.st_size <= 200000 + LOG_HEADER);
  char *seen = read_slowly(box, first, &size);
  EXPECT(size == 2400000 && memcmp(seen, "1000000\n", 8) == 0 && memcmp(seen + size - 8, "1299999\n", 8) == 0);
  free(seen);
  box_remove(box);
}

static void a_session_waits_for_its_reader(void)
{
  struct box box, session;
  sleeping_box(&box);
  box_exec(&session, &box, &(struct wish){MUCH, .log_files = "1"});
  gets_every_byte(&session, FRAME_READ);
  end_box(&box);
}

static void a_container_waits_for_a_reader_that_is_to_be_awaited(void)
{
  struct box box;
  box_start(&box, &(struct wish){MUCH, .log_files = "1", .log_mode = "reader"});
  gets_every_byte(&box, FRAME_AWAIT);
}

/* Two streams, each of which may be read once before it is looked again whether the program waits. */
static void both_streams_are_waited_for(void)
{
  struct box box;
  size_t size;
  box_start(&box, &(struct wish){.command = "seq 1000000 1000000000 | head -c 1200000 >&2 & seq 1000000 1000000000 | head -c 1200000; wait",
                                 .log_bytes = "200000", .log_files = "1", .log_mode = "reader"});
  EXPECT(box_follow(&box));
  poll(NULL, 0, 300);
  free(read_slowly(&box, FRAME_AWAIT, &size));
  EXPECT(size == 2400000);
  box_remove(&box);
}

/* One that is there and is not to be awaited is no reason; nor is one that was to come when somebody has left, or that has left itself. */
static void a_container_waits_for_nobody_else(void)
{
  struct box box;
  uint8_t nothing[8] = {0};
  box_start(&box, &(struct wish){.command = "read go; seq 1000000 1000000000 | head -c 2400000", .log_bytes = "200000", .log_files = "2", .input = true});
  EXPECT(box_follow(&box) && box_attach(&box));
  box_send(&box, FRAME_READ, nothing, sizeof nothing);
  box_send(&box, FRAME_INPUT, "\n", 1);
  EXPECT(box_wait(&box) == 0);
  box_remove(&box);
  box_start(&box, &(struct wish){MUCH, .log_files = "2", .log_mode = "reader"});
  EXPECT(box_follow(&box) && box_attach(&box));
  close(box.client);
  box.client = -1;
  EXPECT(box_wait(&box) == 0);
  box_remove(&box);
  box_start(&box, &(struct wish){MUCH, .log_files = "2", .log_mode = "reader"});
  EXPECT(box_follow(&box) && box_attach(&box));
  box_send(&box, FRAME_AWAIT, nothing, sizeof nothing);
  close(box.client);
  box.client = -1;
  EXPECT(box_wait(&box) == 0);
  box_remove(&box);
}

static void a_session_goes_on_when_its_reader_has_left(void)
{
  struct box box, session;
  sleeping_box(&box);
  box_exec(&session, &box, &(struct wish){MUCH, .log_files = "2"});
  EXPECT(box_follow(&session) && box_attach(&session));
  close(session.client);
  session.client = -1;
  EXPECT(box_wait(&session) == 0);
  box_remove(&session);
  end_box(&box);
}

/* ---- the end ---- */

static void everything_dies_with_the_monitor(void)
{
  struct box box;
  sleeping_box(&box);
  kill(box.monitor, SIGKILL);
  EXPECT(box_wait(&box) == -1);
  EXPECT(is_gone(box.init, box.init_start) && is_gone(box.program, box.program_start));
  unlinkat(box.runtime, "attach", 0);
  unlinkat(box.runtime, "monitor", 0);
  box_remove(&box);
}

static void the_container_survives_its_service_and_the_terminals_signals(void)
{
  static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE};
  struct box box;
  box_start(&box, &(struct wish){.command = "sleep 0.5; exit 6"});
  EXPECT(box_follow(&box)); /* closes our end of the handshake */
  for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
    kill(box.monitor, signals[i]);
  EXPECT(box_wait(&box) == 6);
  box_remove(&box);
}

static void a_start_is_undone_when_the_service_goes(void)
{
  struct box box;
  struct message m;
  /* The network never serves, so that the program cannot have run before we go. */
  box_start(&box, &(struct wish){.command = "sleep 60", .network = true, .network_command = "exec sleep 60"});
  EXPECT(msg_receive(box.handshake, &m) == 1 && strcmp(m.field[0], "spawned") == 0);
  pid_t init = atoi(m.field[3]);
  uint64_t started = strtoull(m.field[4], NULL, 10);
  close(box.handshake);
  EXPECT(box_wait(&box) == -1 && is_gone(init, started));
  box_remove(&box);
}

static bool leads_session(pid_t pid)
{
  char path[64], text[1024];
  int session = 0;
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  ssize_t n = read_file_at(AT_FDCWD, path, text, sizeof text);
  const char *after = n > 0 ? strrchr(text, ')') : NULL;
  return after != NULL && sscanf(after, ") %*c %*d %*d %d", &session) == 1 && session == pid;
}

/* PID 1 and the program become that right after what they wait for first: ids, and the end of PID 1's power. */
static bool awaits_session(pid_t pid)
{
  for (int i = 0; i < 1000 && !leads_session(pid); i++)
    poll(NULL, 0, 10);
  return leads_session(pid);
}

static pid_t awaits_child(pid_t parent)
{
  char path[64], text[64];
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
  for (int i = 0; i < 1000; i++, poll(NULL, 0, 10))
    if (read_file_at(AT_FDCWD, path, text, sizeof text) > 0 && atoi(text) > 0)
      return atoi(text);
  return 0;
}

/*
 * The program is let go, and PID 1, which would tell that it runs, is stopped before it does: the monitor, told neither that nor of a
 * failure, sees the service go.
 */
static void a_start_whose_program_may_have_run_is_gone_through_with(void)
{
  struct box box;
  struct message m;
  char gate[256], wait[320];
  snprintf(gate, sizeof gate, "%s/gate", rig.temp);
  snprintf(wait, sizeof wait, "read x < %s; echo 1 >&3; exec sleep 60", gate);
  EXPECT(mkfifo(gate, 0600) == 0);
  box_start(&box, &(struct wish){.command = "echo begun; sleep 60", .network = true, .network_command = wait});
  EXPECT(msg_receive(box.handshake, &m) == 1 && strcmp(m.field[0], "spawned") == 0);
  box.init = atoi(m.field[3]);
  box.init_start = strtoull(m.field[4], NULL, 10);
  int open_gate = open(gate, O_WRONLY | O_CLOEXEC); /* the network waits there, and PID 1 for it */
  EXPECT(awaits_session(box.init));
  EXPECT(kill(box.monitor, SIGSTOP) == 0 && write_all(open_gate, "x\n", 2) == 0);
  EXPECT(awaits_session(awaits_child(box.init)));
  EXPECT(kill(box.init, SIGSTOP) == 0 && kill(box.monitor, SIGCONT) == 0);
  EXPECT(box_waits_for(&box, "begun"));
  close(box.handshake);
  EXPECT(box_attach(&box)); /* it has gone round its loop since */
  EXPECT(kill(box.init, SIGCONT) == 0);
  for (int i = 0; i < 500 && box_program(&box) == 0; i++)
    poll(NULL, 0, 10);
  EXPECT(box_program(&box) > 0);
  box_send(&box, FRAME_SIGNAL, "\0\0\0\x09", 4);
  EXPECT(box_wait(&box) == 137);
  close(open_gate);
  EXPECT(unlink(gate) == 0);
  box_remove(&box);
}

static void signals_reach_the_program(void)
{
  struct box box;
  box_start(&box, &(struct wish){.command = "trap 'echo usr1' USR1; echo up; while :; do sleep 0.05; done"});
  EXPECT(box_follow(&box) && box_attach(&box) && box_waits_for(&box, "up"));
  box_send(&box, FRAME_SIGNAL, "\0\0\0\x0a", 4);
  EXPECT(box_waits_for(&box, "usr1"));
  box_send(&box, FRAME_SIGNAL, "\0\0\0\x09", 4);
  while (box_hear(&box))
    continue;
  EXPECT(box.exited && box.exit_code == 137 && box.exit_signal == SIGKILL && box_wait(&box) == 137);
  box_remove(&box);
}

static void the_log_goes_on_over_a_restart(void)
{
  struct box first, second;
  size_t size;
  box_start(&first, &(struct wish){.command = "echo one"});
  EXPECT(box_follow(&first) && box_wait(&first) == 0);
  box_start(&second, &(struct wish){.command = "echo two; exit 2", .data = first.path});
  EXPECT(box_follow(&second) && box_wait(&second) == 2);
  char *log = box_log(&second, LOG_STDOUT, &size);
  EXPECT(strcmp(log, "one\ntwo\n") == 0);
  free(log);
  box_remove(&second);
  box_remove(&first);
}

/* A data directory of one megabyte: the program runs to its end, and the log says how much is missing. */
static void a_full_disk_does_not_stop_the_program(void)
{
  struct box box;
  char path[256];
  size_t size, gap;
  snprintf(path, sizeof path, "%s/small", rig.temp);
  EXPECT(mkdir(path, 0700) == 0 && mount("small", path, "tmpfs", 0, "size=1m") == 0);
  box_start(&box, &(struct wish){.command = "head -c 5000000 /dev/zero; rm -f /tmp/x; sleep 0.2; echo end; exit 8", .data = path});
  EXPECT(box_follow(&box) && box_wait(&box) != 0);
  char *log = box_log(&box, LOG_STDOUT, &size), *lost = box_log(&box, LOG_GAP, &gap);
  EXPECT(size > 500000 && size < 1 << 20);
  free(log);
  free(lost);
  box_remove(&box);
  EXPECT(umount2(path, MNT_DETACH) == 0 && rmdir(path) == 0);
}

static double milliseconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool has_network(void)
{
  if (access("/usr/bin/slirp4netns", X_OK) == 0 && access("/dev/net/tun", R_OK | W_OK) == 0)
    return true;
  puts("  skipped: no slirp4netns, or /dev/net/tun cannot be opened");
  if (getenv("BERTH_MUST_WORK") != NULL)
    failures++;
  return false;
}

static void the_network_is_ready_before_the_program_and_ends_with_it(void)
{
  if (!has_network())
    return;
  box_says(&(struct wish){.command = "ip -4 -o addr show tap0 | awk '{print $4}'; ip route | awk '/default/ {print $3}'", .network = true},
           0, "10.0.2.100/24\n10.0.2.2\n");
}

static bool hears_network(struct box *box, int state)
{
  while (box->network_state != state)
    if (!box_hear(box))
      return false;
  return true;
}

static void a_network_that_is_killed_alone_is_replaced(void)
{
  struct box box;
  if (!has_network())
    return;
  box_start(&box, &(struct wish){.command = "echo up; while :; do ip -4 -o addr show tap0 2>/dev/null; sleep 0.05; done", .network = true});
  EXPECT(box_follow(&box) && box_attach(&box) && box_waits_for(&box, "up"));
  for (uint32_t i = 1; i <= 3; i++) {
    pid_t killed = box_network(&box);
    EXPECT(killed > 0 && kill(killed, SIGKILL) == 0);
    EXPECT(hears_network(&box, NETWORK_REPLACED) && hears_network(&box, NETWORK_READY));
    EXPECT(box.replacements == i && box_network(&box) != killed);
    EXPECT(faccessat(box.runtime, "network", F_OK, 0) == 0);
  }
  struct box later = box; /* who comes later hears it at once */
  later.network_state = 0;
  EXPECT(box_attach(&later) && hears_network(&later, NETWORK_READY) && later.replacements == 3);
  close(later.client);
  box_send(&box, FRAME_SIGNAL, "\0\0\0\x09", 4);
  EXPECT(box_wait(&box) == 137);
  box_remove(&box);
}

static int udp_socket(uint16_t port)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0)
    return fd;
  close(fd);
  return -1;
}

/* A port of the loopback that nobody has. */
static uint16_t free_port(void)
{
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  int fd = udp_socket(0);
  EXPECT(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
  close(fd);
  return ntohs(address.sin_port);
}

static bool port_is_free(uint16_t port)
{
  int fd = udp_socket(port);
  if (fd >= 0)
    close(fd);
  return fd >= 0;
}

/* The container has no server of datagrams to answer: that they arrive there and that answers come back is Java's test. */
static void a_udp_port_is_taken_until_it_is_given_back(void)
{
  struct box box;
  char add[64], remove[64], line[64];
  if (!has_network())
    return;
  uint16_t port = free_port();
  snprintf(add, sizeof add, "add 127.0.0.1 %u 10.0.2.100 7", port);
  snprintf(remove, sizeof remove, "remove 127.0.0.1 %u", port);
  snprintf(line, sizeof line, "forward 127.0.0.1 %u 10.0.2.100 7\ndone\n", port);
  box_start(&box, &(struct wish){.command = "echo up; sleep 60", .network = true});
  EXPECT(box_follow(&box) && box_attach(&box) && box_waits_for(&box, "up"));
  EXPECT(strcmp(box_udp(&box, "list"), "done\n") == 0 && box_relay(&box) == 0);
  EXPECT(strcmp(box_udp(&box, add), "done\n") == 0 && !port_is_free(port));
  EXPECT(strcmp(box_udp(&box, "list"), line) == 0);
  EXPECT(strcmp(box_udp(&box, add), "failed 98\n") == 0); /* EADDRINUSE */
  EXPECT(strcmp(box_udp(&box, remove), "done\n") == 0 && port_is_free(port));
  EXPECT(strcmp(box_udp(&box, remove), "failed 2\n") == 0); /* ENOENT */
  EXPECT(strcmp(box_udp(&box, add), "done\n") == 0);
  pid_t killed = box_relay(&box);
  EXPECT(killed > 0 && kill(killed, SIGKILL) == 0);
  for (int i = 0; i < 500 && box_relay(&box) == killed; i++)
    poll(NULL, 0, 10);
  EXPECT(box_relay(&box) != killed && strcmp(box_udp(&box, "list"), line) == 0 && !port_is_free(port));
  box_send(&box, FRAME_SIGNAL, "\0\0\0\x09", 4);
  EXPECT(box_wait(&box) == 137 && port_is_free(port));
  box_remove(&box);
}

static void a_wrong_request_for_a_udp_port_is_refused(void)
{
  static const char *const wrong[] = {"", "add", "list list", "add 127.0.0.1 0 10.0.2.100 7", "add 127.0.0.1 70000 10.0.2.100 7",
                                      "add ::1 5 10.0.2.100 7", "add 127.0.0.1 5 x 7", "add 127.0.0.1 5 10.0.2.100", "remove 127.0.0.1"};
  struct box box;
  if (!has_network())
    return;
  box_start(&box, &(struct wish){.command = "echo up; sleep 60", .network = true});
  EXPECT(box_follow(&box) && box_attach(&box) && box_waits_for(&box, "up"));
  for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
    EXPECT(strcmp(box_udp(&box, wrong[i]), "failed 22\n") == 0); /* EINVAL */
  box_send(&box, FRAME_SIGNAL, "\0\0\0\x09", 4);
  EXPECT(box_wait(&box) == 137);
  box_remove(&box);
}

/* It says that it serves, and dies: about eleven seconds of it, with ever longer pauses. */
static void a_network_that_dies_again_and_again_is_given_up(void)
{
  struct box box;
  if (!rig_single_id())
    return; /* the same code; once is enough */
  double begin = milliseconds();
  box_start(&box, &(struct wish){.command = "echo up; sleep 60", .network = true, .network_command = "echo 1 >&3"});
  EXPECT(box_follow(&box) && box_attach(&box) && box_waits_for(&box, "up"));
  EXPECT(hears_network(&box, NETWORK_LOST));
  double took = milliseconds() - begin;
  EXPECT(took > 5000 && took < 60000 && box.replacements <= 10);
  box_send(&box, FRAME_SIGNAL, "\0\0\0\x09", 4);
  EXPECT(box_wait(&box) == 137);
  box_remove(&box);
}

static int by_value(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void print_latency(void)
{
  enum { RUNS = 31 };
  double took[RUNS];
  for (int i = 0; i < RUNS; i++) {
    struct box box;
    double begin = milliseconds();
    box_start(&box, &(struct wish){.argv = (const char *[]){"/bin/true", NULL}});
    EXPECT(box_follow(&box));
    took[i] = milliseconds() - begin;
    box_wait(&box);
    box_remove(&box);
  }
  qsort(took, RUNS, sizeof took[0], by_value);
  printf("  start to exec: median %.1f ms, slowest %.1f ms\n", took[RUNS / 2], took[RUNS - 1]);
}

#define RUN(test)                       \
  do {                                  \
    int before = failures;              \
    test();                             \
    printf("%s %s\n", failures == before ? "ok  " : "FAIL", #test); \
    fflush(stdout);                     \
  } while (0)

int main(int argc, char **argv)
{
  if (argc != 4)
    return 125;
  rig = (struct rig){.init = argv[1], .root = argv[2], .temp = argv[3]};
  rig_set(&rig);
  signal(SIGPIPE, SIG_IGN);
  RUN(the_exit_code_is_the_programs);
  RUN(a_program_that_cannot_run_says_why);
  RUN(the_program_sees_its_own_world_and_no_other);
  RUN(what_is_masked_or_read_only_stays_so);
  RUN(pid_1_takes_no_write_no_chmod_and_cannot_be_looked_into);
  RUN(pid_1_reaps_and_passes_signals_on);
  RUN(a_program_of_another_user_owns_its_streams);
  RUN(the_working_directory_is_made_and_leads_nowhere_else);
  RUN(an_image_cannot_lead_a_mount_astray);
  RUN(a_file_is_attached_whatever_the_image_has_there);
  RUN(stdout_and_stderr_are_kept_apart);
  RUN(every_byte_of_much_output_is_in_the_log);
  RUN(a_terminal_is_the_containers_own);
  RUN(all_of_a_terminals_output_arrives_before_the_end);
  RUN(a_terminal_takes_input_resizes_and_control_c);
  RUN(a_shell_stops_and_goes_on_with_a_job);
  RUN(input_and_its_end_reach_the_program);
  RUN(control_d_is_the_end_of_a_terminals_input);
  RUN(a_client_that_does_not_read_holds_nothing_up);
  RUN(a_terminal_stays_near_its_reader);
  RUN(garbage_closes_the_connection_and_nothing_else);
  RUN(a_session_is_in_the_container);
  RUN(a_session_ends_with_its_monitor);
  RUN(a_session_waits_for_its_reader);
  RUN(a_session_goes_on_when_its_reader_has_left);
  RUN(a_container_waits_for_a_reader_that_is_to_be_awaited);
  RUN(both_streams_are_waited_for);
  RUN(a_container_waits_for_nobody_else);
  RUN(everything_dies_with_the_monitor);
  RUN(the_container_survives_its_service_and_the_terminals_signals);
  RUN(a_start_is_undone_when_the_service_goes);
  RUN(a_start_whose_program_may_have_run_is_gone_through_with);
  RUN(signals_reach_the_program);
  RUN(the_log_goes_on_over_a_restart);
  RUN(a_full_disk_does_not_stop_the_program);
  RUN(the_network_is_ready_before_the_program_and_ends_with_it);
  RUN(a_network_that_is_killed_alone_is_replaced);
  RUN(a_udp_port_is_taken_until_it_is_given_back);
  RUN(a_wrong_request_for_a_udp_port_is_refused);
  RUN(a_network_that_dies_again_and_again_is_given_up);
  print_latency();
  return failures != 0;
}
