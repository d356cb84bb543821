// What this machine can do right now: multiply-adds fed from L1, and reads from memory. Shared machines change by a
// factor of two within minutes, so a speed is only worth quoting beside these.
#include "pool/workers.h"
#include <stdlib.h>
#include <time.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define BODY "pool/peak_body.h"
#include "isa/each_isa.h"

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

typedef struct {
  ckernels_workers *w;
  const uint8_t *bytes;      // NULL: multiply-adds
  int64_t count;             // of bytes
  double until;
  _Atomic int64_t next, done;
  _Atomic uint64_t sink;
} measuring;

enum { chunk = 1 << 20 };

static void measure(void *context, int worker) {
  (void)worker;
  measuring *m = context;
  float a[64 * 6], b[64 * 32];
  for (int i = 0; i < 64 * 6; i++) a[i] = 0.5f;
  for (int i = 0; i < 64 * 32; i++) b[i] = 0.5f;
  int64_t done = 0;
  uint64_t sink = 0;
  do {  // at least once: on a busy machine the time may be over before a thread runs
    if (m->bytes) {
      int64_t at = atomic_fetch_add(&m->next, 1) * chunk % m->count;
      sink ^= m->w->k->read(m->bytes + at, chunk);
      done += chunk;
    } else {
      sink ^= (uint64_t)m->w->k->spin(100, a, b);
      done += 100ll * 64 * 12 * 32;
    }
  } while (seconds() < m->until);
  atomic_fetch_add(&m->done, done);
  atomic_fetch_xor(&m->sink, sink);
}

static double rate(ckernels_workers *w, int parallel, const uint8_t *bytes, int64_t count, double duration) {
  measuring m = {.w = w, .bytes = bytes, .count = count};
  ckernels_workers_enter(w);
  double start = seconds();
  m.until = start + duration;
  ckernels_workers_run(w, ckernels_work_measurement, parallel, measure, &m);
  double took = seconds() - start;
  ckernels_workers_leave(w);
  return (double)atomic_load(&m.done) / took;
}

ckernels_peak ckernels_measure_peak(ckernels_workers *w, double duration) {
  const int64_t count = 256ll << 20;
  ckernels_peak p = {0};
  p.flops_single = rate(w, 0, NULL, 0, duration / 4);
  p.flops_all = rate(w, 1, NULL, 0, duration / 4);
  uint8_t *bytes = ckernels_allocate((size_t)count);
  if (!bytes) return p;
  memset(bytes, 1, (size_t)count);
  p.bytes_single = rate(w, 0, bytes, count, duration / 4);
  p.bytes_all = rate(w, 1, bytes, count, duration / 4);
  free(bytes);
  return p;
}

double ckernels_measure_flops(ckernels_workers *w, double duration) { return rate(w, 1, NULL, 0, duration); }
