/*
 * The lookout stays outside of U1, as the user, and tells the service which program has which socket: from within U1 the
 * kernel shows the descriptors of no process outside, whoever's it is (ptrace access wants power in that namespace).
 */
#include "berth.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LOOKOUT = 3, PACKET = 3072, LINE = 96 };

struct answer {
  char text[PACKET];
  size_t size;
};

static void send_part(struct answer *answer)
{
  if (answer->size > 0 && send(LOOKOUT, answer->text, answer->size, MSG_NOSIGNAL) < 0)
    _exit(0); /* the service is gone */
  answer->size = 0;
}

/* What a process calls itself is anybody's text: nothing in it may look like the end of a line. */
static void read_name(int process, char name[32])
{
  ssize_t size = read_file_at(process, "comm", name, 31);
  name[size > 0 ? size : 0] = '\0';
  name[strcspn(name, "\n")] = '\0';
  for (char *c = name; *c != '\0'; c++)
    if (iscntrl((unsigned char)*c))
      *c = '?';
}

static void look_at(int proc, const char *pid, struct answer *answer)
{
  char name[32], target[64];
  _cleanup_close_ int process = openat(proc, pid, O_PATH | O_DIRECTORY | O_CLOEXEC);
  int fd = process < 0 ? -1 : openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *descriptors = fd < 0 ? NULL : fdopendir(fd);
  if (descriptors == NULL)
    return closep(&fd); /* another user's, or it has just ended */
  read_name(process, name);
  for (struct dirent *entry = readdir(descriptors); entry != NULL; entry = readdir(descriptors)) {
    ssize_t size = readlinkat(fd, entry->d_name, target, sizeof target - 1);
    if (size <= 0 || strncmp(target, "socket:[", 8) != 0)
      continue;
    target[size - 1] = '\0';
    if (answer->size + LINE > PACKET)
      send_part(answer);
    answer->size += (size_t)snprintf(answer->text + answer->size, LINE, "%.20s %.10s %s\n", target + 8, pid, name);
  }
  closedir(descriptors);
}

/* One line for each socket: inode, pid, name. */
static void look(struct answer *answer)
{
  DIR *proc = opendir("/proc");
  if (proc == NULL)
    return;
  for (struct dirent *entry = readdir(proc); entry != NULL; entry = readdir(proc))
    if (isdigit((unsigned char)entry->d_name[0]))
      look_at(dirfd(proc), entry->d_name, answer);
  closedir(proc);
}

/* Any packet is a question; a packet that is one dot ends the answer. The end of the service is the end. */
_Noreturn static void keep_looking(void)
{
  static struct answer answer;
  char question[16];
  ssize_t size;
  while ((size = recv(LOOKOUT, question, sizeof question, 0)) > 0 || (size < 0 && errno == EINTR)) {
    if (size < 0)
      continue;
    look(&answer);
    send_part(&answer);
    if (send(LOOKOUT, ".", 1, MSG_NOSIGNAL) < 0)
      break;
  }
  _exit(0);
}

_Noreturn static void be_lookout(int end)
{
  int nothing = open("/dev/null", O_RDWR);
  int high = fcntl(end, F_DUPFD, 10);
  for (int fd = 0; fd < 3; fd++)
    dup2(nothing, fd);
  dup2(high, LOOKOUT);
  syscall(SYS_close_range, LOOKOUT + 1, ~0u, 0);
  reset_signals();
  setsid();
  prctl(PR_SET_NAME, "berth-lookout");
  if (chdir("/") < 0)
    _exit(EXIT_BERTH);
  keep_looking();
}

int lookout_start(void)
{
  int ends[2];
  char number[16];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
    return -1;
  pid_t child = fork();
  if (child == 0)
    be_lookout(ends[1]);
  close(ends[1]);
  snprintf(number, sizeof number, "%d", ends[0]);
  if (child < 0 || set_cloexec(ends[0], false) < 0 || setenv("BERTH_LOOKOUT", number, 1) < 0) {
    close(ends[0]);
    return -1;
  }
  return 0;
}
