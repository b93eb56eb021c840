#include "berth.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif
#ifndef TIOCSPTLCK
#define TIOCSPTLCK _IOW('T', 0x31, int)
#endif

int pty_resize(int master, uint16_t columns, uint16_t rows)
{
  struct winsize size = {.ws_row = rows, .ws_col = columns};
  return ioctl(master, TIOCSWINSZ, &size);
}

int pty_open(int ptmx, uint16_t columns, uint16_t rows, int *master, int *slave)
{
  struct statfs fs;
  struct stat st;
  int unlock = 0;
  if (ptmx < 0)
    return -1;
  /* A container may have put anything there before an exec: only a terminal of a devpts is one. */
  if (fstatfs(ptmx, &fs) < 0 || fstat(ptmx, &st) < 0)
    return -1;
  if (fs.f_type != DEVPTS_SUPER_MAGIC || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(5, 2)) {
    errno = ENOTTY;
    return -1;
  }
  if (ioctl(ptmx, TIOCSPTLCK, &unlock) < 0 || pty_resize(ptmx, columns, rows) < 0)
    return -1;
  *slave = ioctl(ptmx, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  *master = ptmx;
  return *slave < 0 ? -1 : 0;
}
