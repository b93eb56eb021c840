#include "berth.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
  enum record_type type;
  const char *name;
  enum phase phase;
} TYPES[] = {
#define PLAN_VERSION(v)
#define RECORD(number, name, phase) {REC_##name, #name, phase},
#include "records.def"
#undef PLAN_VERSION
#undef RECORD
};

/* The NUL-terminated text at *at, which moves behind it; NULL at the end. */
static char *next_text(char **at, const char *end)
{
  char *text = *at;
  char *nul = text < end ? memchr(text, '\0', (size_t)(end - text)) : NULL;
  if (nul == NULL)
    return NULL;
  *at = nul + 1;
  return text;
}

static bool next_number(char **at, const char *end, uint64_t max, uint64_t *value)
{
  char *text = next_text(at, end);
  return text != NULL && parse_number(text, 10, max, value);
}

static bool find_type(uint64_t number, struct record *record)
{
  for (size_t i = 0; i < ARRAY_SIZE(TYPES); i++) {
    if ((uint64_t)TYPES[i].type != number)
      continue;
    record->type = TYPES[i].type;
    record->name = TYPES[i].name;
    record->phase = TYPES[i].phase;
    return true;
  }
  return false;
}

/* Smallest count of fields that the functions of each record may rely on. */
static size_t needed_fields(enum record_type type)
{
  switch (type) {
  case REC_session: case REC_log: case REC_tty: case REC_join: case REC_symlink: case REC_sysctl:
    return 2;
  case REC_input: case REC_cgroup_procs: case REC_network: case REC_hostname: case REC_mask:
  case REC_read_only: case REC_umask: case REC_cwd: case REC_bounding: case REC_gid: case REC_uid:
  case REC_env: case REC_argv:
    return 1;
  case REC_uid_map: case REC_gid_map: case REC_bind: case REC_attach: case REC_rlimit:
    return 3;
  case REC_mkdir: case REC_capabilities:
    return 4;
  case REC_mount:
    return 5;
  default:
    return 0;
  }
}

static const char *parse_record(struct plan *plan, size_t *used, char **at, const char *end)
{
  struct record *record = &plan->records[plan->count];
  uint64_t number, count;
  if (!next_number(at, end, 255, &number) || !next_number(at, end, 65536, &count))
    return "a record is cut off";
  if (!find_type(number, record))
    return "a record has an unknown number";
  if (count < needed_fields(record->type))
    return "a record has too few fields";
  record->fields = plan->fields + *used;
  record->count = count;
  for (uint64_t i = 0; i < count; i++) {
    char *field = next_text(at, end);
    if (field == NULL)
      return "a field is cut off";
    plan->fields[(*used)++] = field;
  }
  plan->fields[(*used)++] = NULL; /* so that argv and env can be handed to execve */
  plan->count++;
  return NULL;
}

const char *plan_parse(struct plan *plan, char *text, size_t size)
{
  char *at = text;
  const char *end = text + size;
  size_t nuls = 0, used = 0;
  *plan = (struct plan){.text = text};
  for (size_t i = 0; i < size; i++)
    nuls += text[i] == '\0';
  char *magic = next_text(&at, end);
  uint64_t version;
  if (magic == NULL || strcmp(magic, "BERTHPLAN") != 0)
    return "not a plan";
  if (!next_number(&at, end, 1000, &version) || version != PLAN_VERSION_NUMBER)
    return "the plan has another version";
  plan->records = calloc(nuls + 1, sizeof *plan->records);
  plan->fields = calloc(2 * nuls + 2, sizeof *plan->fields);
  if (plan->records == NULL || plan->fields == NULL)
    return "no memory for the plan";
  while (at < end) {
    const char *wrong = parse_record(plan, &used, &at, end);
    if (wrong != NULL)
      return wrong;
    if (plan->records[plan->count - 1].type == REC_end)
      return at == end ? NULL : "bytes follow the end of the plan";
  }
  return "the plan has no end";
}

const char *plan_read(struct plan *plan, int fd)
{
  struct stat st;
  *plan = (struct plan){0};
  if (fstat(fd, &st) < 0 || st.st_size <= 0 || st.st_size > 16 << 20)
    return "the plan cannot be read";
  size_t size = (size_t)st.st_size;
  char *text = malloc(size);
  if (text == NULL)
    return "no memory for the plan";
  for (size_t filled = 0; filled < size;) {
    ssize_t n = pread(fd, text + filled, size - filled, (off_t)filled);
    if (n <= 0) {
      free(text);
      return "the plan cannot be read";
    }
    filled += (size_t)n;
  }
  return plan_parse(plan, text, size);
}

void plan_free(struct plan *plan)
{
  free(plan->text);
  free(plan->records);
  free(plan->fields);
}

const struct record *plan_find(const struct plan *plan, enum record_type type)
{
  for (size_t i = 0; i < plan->count; i++)
    if (plan->records[i].type == type)
      return &plan->records[i];
  return NULL;
}
