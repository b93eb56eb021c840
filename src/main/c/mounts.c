#include "berth.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
/* From sys/mount.h, which cannot be included beside linux/mount.h. */
extern int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);
extern int umount2(const char *target, int flags);
enum { UMOUNT_DETACH = 2 };

/* The system calls that libc does not have yet; each is described in its man page of section 2. */
static int sys_fsopen(const char *type) { return (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC); }
static int sys_fsconfig(int fs, unsigned command, const char *key, const char *value)
{
  return (int)syscall(SYS_fsconfig, fs, command, key, value, 0);
}
static int sys_fsmount(int fs, unsigned attributes)
{
  return (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, attributes);
}
static int sys_move_mount(int from, int to)
{
  return (int)syscall(SYS_move_mount, from, "", to, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}
static int sys_open_tree(int dir, const char *path, unsigned flags)
{
  return (int)syscall(SYS_open_tree, dir, path, flags | OPEN_TREE_CLOEXEC);
}
static int sys_mount_setattr(int fd, unsigned flags, struct mount_attr *attr)
{
  return (int)syscall(SYS_mount_setattr, fd, "", flags | AT_EMPTY_PATH, attr, sizeof *attr);
}

static bool has_flag(const char *flags, const char *name)
{
  size_t length = strlen(name);
  for (const char *at = flags; at != NULL && *at != '\0'; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
    if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == '\0'))
      return true;
  return false;
}

static uint64_t attributes(const char *flags)
{
  return (has_flag(flags, "ro") ? MOUNT_ATTR_RDONLY : 0) | (has_flag(flags, "nosuid") ? MOUNT_ATTR_NOSUID : 0) |
         (has_flag(flags, "nodev") ? MOUNT_ATTR_NODEV : 0) | (has_flag(flags, "noexec") ? MOUNT_ATTR_NOEXEC : 0);
}

static int set_attributes(int mount, const char *flags, unsigned how)
{
  struct mount_attr attr = {.attr_set = attributes(flags)};
  return attr.attr_set == 0 ? 0 : sys_mount_setattr(mount, how, &attr);
}

int mounts_root(struct tree *tree)
{
  /* Nothing that is mounted from here on may reach another mount namespace. */
  if (mount(NULL, "/", NULL, 0x4000 /* MS_REC */ | 1 << 18 /* MS_PRIVATE */, NULL) < 0)
    return -1;
  _cleanup_close_ int top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (top < 0 || sys_move_mount(FD_ROOT, top) < 0)
    return -1;
  tree->root = FD_ROOT;
  return 0;
}

int mounts_mkdir(const struct tree *tree, char **field)
{
  uint64_t mode, uid, gid;
  bool made;
  if (field_number(field[1], 8, &mode) < 0 || field_number(field[2], 10, &uid) < 0 ||
      field_number(field[3], 10, &gid) < 0)
    return -1;
  _cleanup_close_ int fd = target_directory(tree->root, field[0], 0755, &made);
  if (fd < 0 || !made)
    return fd < 0 ? -1 : 0;
  char self[32];
  snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  if (fchownat(fd, "", (uid_t)uid, (gid_t)gid, AT_EMPTY_PATH) < 0)
    return -1;
  return fchmodat(AT_FDCWD, self, (mode_t)mode, 0); /* no flag of fchmodat takes O_PATH before 6.6 */
}

static int configure(int fs, const char *options)
{
  char text[1024];
  if (strlen(options) >= sizeof text) {
    errno = E2BIG;
    return -1;
  }
  strcpy(text, options);
  char *keep = NULL;
  for (char *option = strtok_r(text, ",", &keep); option != NULL; option = strtok_r(NULL, ",", &keep)) {
    char *value = strchr(option, '=');
    if (value != NULL)
      *value++ = '\0';
    if (sys_fsconfig(fs, value != NULL ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, option, value) < 0)
      return -1;
  }
  return sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL);
}

static int new_mount(const char *type, const char *source, const char *options, uint64_t attr)
{
  _cleanup_close_ int fs = sys_fsopen(type);
  if (fs < 0)
    return -1;
  if (*source != '\0' && sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", source) < 0)
    return -1;
  return configure(fs, options) < 0 ? -1 : sys_fsmount(fs, (unsigned)attr);
}

/* Kernel file systems go to a real directory of the image, never through a link: CVE-2025-31133 and its kind. */
static bool takes_links(const char *type)
{
  return strcmp(type, "tmpfs") == 0;
}

static int mount_here(const struct tree *tree, char **field)
{
  bool made;
  _cleanup_close_ int target = target_directory(tree->root, field[2], 0755, &made);
  if (target < 0)
    return -1;
  if (!takes_links(field[0])) {
    _cleanup_close_ int plain = open_beneath(tree->root, field[2], O_PATH | O_NOFOLLOW, 0);
    struct stat a, b;
    if (plain < 0 || fstat(plain, &a) < 0 || fstat(target, &b) < 0)
      return -1;
    if (a.st_ino != b.st_ino || a.st_dev != b.st_dev) {
      errno = ELOOP;
      return -1;
    }
  }
  _cleanup_close_ int mount = new_mount(field[0], field[1], field[4], attributes(field[3]));
  return mount < 0 ? -1 : sys_move_mount(mount, target);
}

int mounts_mount(const struct tree *tree, char **field)
{
  int result = mount_here(tree, field);
  return has_flag(field[3], "optional") ? 0 : result;
}

/* A mount there could stand in for what the kernel says of a process: CVE-2019-19921. */
static bool is_proc(int fd)
{
  struct statfs fs;
  return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

static int attach(const struct tree *tree, int mount, const char *target)
{
  struct stat st;
  bool made;
  if (fstat(mount, &st) < 0)
    return -1;
  _cleanup_close_ int at =
    S_ISDIR(st.st_mode) ? target_directory(tree->root, target, 0755, &made) : target_file(tree->root, target);
  if (at >= 0 && is_proc(at)) {
    errno = EPERM;
    return -1;
  }
  return at < 0 ? -1 : sys_move_mount(mount, at);
}

int mounts_bind(const struct tree *tree, char **field)
{
  _cleanup_close_ int mount = sys_open_tree(AT_FDCWD, field[0], OPEN_TREE_CLONE | AT_RECURSIVE);
  if (mount < 0 || set_attributes(mount, field[2], AT_RECURSIVE) < 0)
    return -1;
  return attach(tree, mount, field[1]);
}

int mounts_bind_fd(const struct tree *tree, int fd, const char *target)
{
  _cleanup_close_ int mount = sys_open_tree(fd, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
  return mount < 0 ? -1 : attach(tree, mount, target);
}

/* The target is missing, in a mount that is read-only or belongs to somebody else. */
static bool takes_no_file(int error)
{
  return error == EROFS || error == EACCES;
}

int mounts_attach(const struct tree *tree, char **field)
{
  uint64_t fd;
  if (field_number(field[0], 10, &fd) < 0)
    return -1;
  if (fd < FD_FIRST_MOUNT || fd > 4096) {
    errno = EBADF;
    return -1;
  }
  if (set_attributes((int)fd, field[2], AT_RECURSIVE) < 0)
    return -1;
  if (attach(tree, (int)fd, field[1]) < 0 && !(has_flag(field[2], "optional") && takes_no_file(errno)))
    return -1;
  close((int)fd);
  return 0;
}

int mounts_symlink(const struct tree *tree, char **field)
{
  char folder[PATH_MAX];
  const char *slash = strrchr(field[1], '/');
  if (slash == NULL || slash[1] == '\0' || (size_t)(slash - field[1]) >= sizeof folder) {
    errno = EINVAL;
    return -1;
  }
  snprintf(folder, sizeof folder, "%.*s", (int)(slash - field[1]), field[1]);
  bool made;
  _cleanup_close_ int parent = target_directory(tree->root, folder, 0755, &made);
  return parent < 0 ? -1 : symlinkat(field[0], parent, slash + 1);
}

/* The container's own /dev/null, which is the machine's: CVE-2025-31133 swapped it before it was used. */
static int clone_null(const struct tree *tree)
{
  struct stat st;
  _cleanup_close_ int null = open_beneath(tree->root, "dev/null", O_PATH | O_NOFOLLOW, 0);
  if (null < 0 || fstat(null, &st) < 0)
    return -1;
  if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3)) {
    errno = EPERM;
    return -1;
  }
  return sys_open_tree(null, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
}

int mounts_mask(const struct tree *tree, char **field)
{
  enum { SHUT = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC };
  struct stat st;
  _cleanup_close_ int target = open_beneath(tree->root, field[0], O_PATH, 0);
  if (target < 0)
    return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
  if (fstat(target, &st) < 0)
    return -1;
  _cleanup_close_ int cover =
    S_ISDIR(st.st_mode) ? new_mount("tmpfs", "tmpfs", "size=4k,nr_inodes=1,mode=0555", SHUT) : clone_null(tree);
  return cover < 0 ? -1 : sys_move_mount(cover, target);
}

int mounts_read_only(struct tree *tree, char **field)
{
  struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
  if (strcmp(field[0], "/") == 0)
    return sys_mount_setattr(tree->root, 0, &attr);
  _cleanup_close_ int target = open_beneath(tree->root, field[0], O_PATH, 0);
  if (target < 0)
    return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
  _cleanup_close_ int mount = sys_open_tree(target, "", OPEN_TREE_CLONE | AT_RECURSIVE | AT_EMPTY_PATH);
  if (mount < 0 || sys_mount_setattr(mount, AT_RECURSIVE, &attr) < 0)
    return -1;
  return sys_move_mount(mount, target);
}

int mounts_sysctl(const struct tree *tree, char **field)
{
  char path[256];
  if ((size_t)snprintf(path, sizeof path, "proc/sys/%s", field[0]) >= sizeof path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  _cleanup_close_ int fd = open_beneath(tree->root, path, O_WRONLY | O_NONBLOCK, 0);
  if (fd >= 0 && !is_proc(fd)) {
    errno = ENXIO;
    return -1;
  }
  return fd < 0 ? -1 : write_all(fd, field[1], strlen(field[1]));
}

int mounts_pivot(struct tree *tree)
{
  /* With both names "." the old root lies on top of the new one and is what "." unmounts: pivot_root(2). */
  if (fchdir(tree->root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
    return -1;
  if (umount2(".", UMOUNT_DETACH) < 0 || chdir("/") < 0)
    return -1;
  return 0;
}
