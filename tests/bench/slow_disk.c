/* Every flush to the disk waits SLOW_DISK_MICROSECONDS first: a quick disk becomes a slow one. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int flush_later(long call, int descriptor) {
  const char *given = getenv("SLOW_DISK_MICROSECONDS");
  const long wait = given ? atol(given) : 0;
  const struct timespec pause = {wait / 1000000, wait % 1000000 * 1000};
  nanosleep(&pause, NULL);
  return (int)syscall(call, descriptor);
}

int fsync(int descriptor) { return flush_later(SYS_fsync, descriptor); }

int fdatasync(int descriptor) { return flush_later(SYS_fdatasync, descriptor); }
