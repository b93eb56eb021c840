#include "berth.h"

#include <string.h>

int frames_next(const struct frames *frames, uint32_t *size)
{
  if (frames->filled < 4)
    return 0;
  *size = get32(frames->data);
  if (*size == 0 || *size > FRAME_MAX)
    return -1;
  return frames->filled - 4 >= *size;
}

void frames_drop(struct frames *frames, uint32_t size)
{
  size_t whole = 4 + (size_t)size;
  memmove(frames->data, frames->data + whole, frames->filled - whole);
  frames->filled -= whole;
}
