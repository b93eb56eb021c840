#include "berth.h"

#include <string.h>

int main(int argc, char **argv)
{
  if (argc >= 2 && strcmp(argv[1], "monitor") == 0)
    return monitor_main();
  if (argc >= 2 && strcmp(argv[1], "enter") == 0)
    return enter_main(argc - 2, argv + 2);
  if (argc == 2 && strcmp(argv[1], "trial") == 0)
    return 0; /* started by somebody who wants to know whether it can be */
  fputs("usage: berth-init enter … -- PROGRAM [ARG…]\n"
        "       berth-init monitor   (started by the service with descriptors 3-10)\n", stderr);
  return EXIT_BERTH;
}
