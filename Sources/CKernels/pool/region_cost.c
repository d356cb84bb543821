// What the pool itself costs: opening a region, closing it, and writing to one line of the cache in turn.
#include "pool/workers.h"
#include <stdlib.h>
#include <time.h>

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

enum { passes = 2000, patience = 2000000 };  // nanoseconds: a thread that the system does not run is not waited for

typedef struct {
  _Atomic int64_t began, ended;  // of the first other thread; 0: not yet
  int64_t deadline;
} meeting;

/// The caller stays until another thread has come and gone.
static void meet(void *context, int worker) {
  meeting *m = context;
  if (worker) {
    int64_t none = 0;
    atomic_compare_exchange_strong(&m->began, &none, now());
    atomic_store(&m->ended, now());
    return;
  }
  while (!atomic_load(&m->began) && now() < m->deadline) {
  }
}

typedef struct {
  _Alignas(64) _Atomic int64_t turn;  // even: the caller's
  _Alignas(64) _Atomic int64_t others;
  _Atomic int met;
  int64_t deadline, nanoseconds;
} passing;

/// The caller and one other thread write the same line in turn.
static void pass(void *context, int worker) {
  passing *p = context;
  const int64_t mine = worker > 0;
  if (worker && atomic_fetch_add(&p->others, 1)) return;
  if (worker) {
    atomic_store(&p->met, 1);
  } else {
    while (!atomic_load(&p->met) && now() < p->deadline) {
    }
    if (!atomic_load(&p->met)) atomic_store(&p->others, 1);
  }
  const int64_t start = now();
  for (int64_t i = mine; i < passes; i += 2) {
    for (int spins = 1; atomic_load(&p->turn) != i; spins++) {
      if (spins % 4096 == 0 && now() > p->deadline) return;
    }
    atomic_fetch_add(&p->turn, 1);
  }
  if (!worker) p->nanoseconds = now() - start;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *values, int count) {
  if (!count) return 0;
  qsort(values, (size_t)count, sizeof *values, ascending);
  return values[count / 2];
}

ckernels_region_cost ckernels_measure_regions(ckernels_workers *w, int rounds) {
  ckernels_region_cost cost = {0};
  double *open = calloc((size_t)rounds * 3 + 1, sizeof *open), *close = open + rounds, *handover = close + rounds;
  if (!open) return cost;
  int met = 0, counted = 0;
  int64_t start = now();
  for (int i = 0; i < 1000; i++) (void)now();
  cost.clock = (double)(now() - start) / 1001;
  ckernels_workers_enter(w);
  for (int i = 0; w->running > 1 && i < rounds; i++) {
    start = now();
    meeting m = {.deadline = start + patience};
    ckernels_workers_run(w, ckernels_work_measurement, 1, meet, &m);
    const int64_t end = now();
    if (atomic_load(&m.ended)) {
      open[met] = (double)(atomic_load(&m.began) - start);
      close[met++] = (double)(end - atomic_load(&m.ended));
    }
    passing p = {.deadline = now() + patience};
    ckernels_workers_run(w, ckernels_work_measurement, 1, pass, &p);
    if (p.nanoseconds && atomic_load(&p.turn) >= passes - 1) handover[counted++] = (double)p.nanoseconds / passes;
  }
  ckernels_workers_leave(w);
  cost.open = median(open, met);
  cost.close = median(close, met);
  cost.handover = median(handover, counted);
  free(open);
  return cost;
}
