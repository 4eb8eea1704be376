#include "solver.h"

#include <pthread.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t returned = PTHREAD_COND_INITIALIZER;
static int licenses = 16;

static void take_license(void) {
  pthread_mutex_lock(&mutex);
  while (licenses == 0)
    pthread_cond_wait(&returned, &mutex);
  --licenses;
  pthread_mutex_unlock(&mutex);
}

static void return_license(void) {
  pthread_mutex_lock(&mutex);
  ++licenses;
  pthread_cond_signal(&returned);
  pthread_mutex_unlock(&mutex);
}

uint32_t solver_solve(uint32_t number) {
  struct timespec server = {0, 2000000};
  take_license();
  nanosleep(&server, 0);
  return_license();
  uint32_t state = number;
  for (int step = 0; step < 20000; ++step)
    state = state * 1664525u + 1013904223u;
  return state >> 12;
}
