/*
 * Finds and makes the places where mounts go, in a tree that an image's author has laid out. Each look-up is done by the
 * kernel beneath the root; nothing of the image is ever opened but as O_PATH.
 */
#include "berth.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS_MAX = 40 };

struct walk {
  int root;
  char path[PATH_MAX];
  size_t begin, end; /* the component that is being entered */
  int links;
  mode_t mode;
  bool directory;    /* what the last component is to be */
  bool made;         /* it was not there */
};

static bool is_last(const struct walk *w)
{
  return w->path[w->end + strspn(w->path + w->end, "/")] == '\0';
}

static bool next_component(struct walk *w)
{
  w->begin = w->end + strspn(w->path + w->end, "/");
  w->end = w->begin + strcspn(w->path + w->begin, "/");
  return w->end > w->begin;
}

/* Everything up to the end of the component. */
static int open_prefix(struct walk *w)
{
  char keep = w->path[w->end];
  bool file = is_last(w) && !w->directory;
  w->path[w->end] = '\0';
  int fd = open_beneath(w->root, w->path, O_PATH | (file ? 0 : O_DIRECTORY), 0);
  w->path[w->end] = keep;
  return fd;
}

static int make_component(struct walk *w, int parent)
{
  char name[NAME_MAX + 1];
  bool last = is_last(w);
  memcpy(name, w->path + w->begin, w->end - w->begin);
  name[w->end - w->begin] = '\0';
  w->made = last;
  if (!last || w->directory)
    return mkdirat(parent, name, last ? w->mode : 0755);
  _cleanup_close_ int fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, w->mode);
  return fd < 0 ? -1 : 0;
}

/* The component is a link to what is not there: goes on with its text in its place. 0 = it is no link. */
static int follow_link(struct walk *w, int parent)
{
  char name[NAME_MAX + 1], text[PATH_MAX], next[PATH_MAX];
  memcpy(name, w->path + w->begin, w->end - w->begin);
  name[w->end - w->begin] = '\0';
  ssize_t n = readlinkat(parent, name, text, sizeof text - 1);
  if (n < 0)
    return errno == EINVAL || errno == ENOENT ? 0 : -1;
  text[n] = '\0';
  int before = text[0] == '/' ? 0 : (int)w->begin;
  int size = snprintf(next, sizeof next, "%.*s%s%s", before, w->path, text, w->path + w->end);
  if (size >= (int)sizeof next || w->links-- == 0) {
    errno = size >= (int)sizeof next ? ENAMETOOLONG : ELOOP;
    return -1;
  }
  memcpy(w->path, next, (size_t)size + 1);
  w->end = 0;
  return 1;
}

/* From parent into the component, which is made where it is missing. */
static int enter_component(struct walk *w, int parent, bool *again)
{
  if (w->end - w->begin > NAME_MAX) {
    errno = ENAMETOOLONG;
    return -1;
  }
  int fd = open_prefix(w);
  if (fd >= 0 || errno != ENOENT)
    return fd;
  int followed = follow_link(w, parent);
  if (followed != 0) {
    *again = followed > 0;
    return -1;
  }
  return make_component(w, parent) < 0 ? -1 : open_prefix(w);
}

static int walk(struct walk *w)
{
  int at = open_beneath(w->root, ".", O_PATH | O_DIRECTORY, 0);
  while (at >= 0 && next_component(w)) {
    bool again = false;
    int next = enter_component(w, at, &again);
    closep(&at);
    at = again ? open_beneath(w->root, ".", O_PATH | O_DIRECTORY, 0) : next;
  }
  return at;
}

static int make(int root, const char *path, bool directory, mode_t mode, bool *made)
{
  struct walk w = {.root = root, .links = LINKS_MAX, .mode = mode, .directory = directory};
  if (strlen(path) >= sizeof w.path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(w.path, path);
  int fd = walk(&w);
  *made = w.made;
  return fd;
}

int target_directory(int root, const char *path, mode_t mode, bool *made)
{
  return make(root, path, true, mode, made);
}

int target_file(int root, const char *path)
{
  bool made;
  return make(root, path, false, 0644, &made);
}
