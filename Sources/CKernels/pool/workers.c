// The thread pool. A region opens a gate; workers that see it come in and share the items through an atomic counter;
// when the caller finds no item left it closes the gate and waits only for those inside. So a worker that the system
// does not run (a busy machine) costs nothing, unlike with a barrier. Workers spin a little after a region, since the
// next one usually follows within microseconds, then park.
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include "pool/workers.h"
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#if defined(__x86_64__)
#include <immintrin.h>
static void pause_briefly(void) { _mm_pause(); }
static uint64_t get_mode(void) { return _mm_getcsr(); }
static void set_mode(uint64_t mode) { _mm_setcsr((uint32_t)mode); }
static uint64_t flushing(uint64_t mode) { return (mode & ~0x6000ull) | 0x8040; }  // FTZ, DAZ, round to nearest
#elif defined(__aarch64__)
static void pause_briefly(void) { __asm__ volatile("yield"); }
static uint64_t get_mode(void) { uint64_t m; __asm__ volatile("mrs %0, fpcr" : "=r"(m)); return m; }
static void set_mode(uint64_t m) { __asm__ volatile("msr fpcr, %0" : : "r"(m)); }
static uint64_t flushing(uint64_t mode) { return (mode & ~(3ull << 22)) | 1ull << 24; }
#else
static void pause_briefly(void) {}
static uint64_t get_mode(void) { return 0; }
static void set_mode(uint64_t mode) { (void)mode; }
static uint64_t flushing(uint64_t mode) { return mode; }
#endif

#define OPEN (1ull << 31)
#define INSIDE (OPEN - 1)
static const int64_t spin_nanoseconds = 40000;

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/// Waits for a region later than `last`; returns its number.
static uint32_t await(ckernels_workers *w, uint32_t last) {
  int64_t until = 0;
  for (int spins = 0;; spins++) {
    uint64_t gate = atomic_load_explicit(&w->gate, memory_order_acquire);
    if ((uint32_t)(gate >> 32) != last || atomic_load_explicit(&w->stopping, memory_order_relaxed)) {
      return (uint32_t)(gate >> 32);
    }
    pause_briefly();
    if (spins % 64 == 0) {
      int64_t t = now();
      if (!until) until = t + spin_nanoseconds;
      if (t > until) break;
    }
  }
  pthread_mutex_lock(&w->parking);
  atomic_fetch_add(&w->parked, 1);
  while ((uint32_t)(atomic_load(&w->gate) >> 32) == last && !atomic_load(&w->stopping)) {
    pthread_cond_wait(&w->wake, &w->parking);
  }
  atomic_fetch_sub(&w->parked, 1);
  pthread_mutex_unlock(&w->parking);
  return (uint32_t)(atomic_load(&w->gate) >> 32);
}

typedef struct { ckernels_workers *workers; int index; } start;

static void *worker_main(void *argument) {
  start s = *(start *)argument;
  free(argument);
  ckernels_workers *w = s.workers;
  set_mode(flushing(get_mode()));
  uint32_t last = 0;
  for (;;) {
    last = await(w, last);
    if (atomic_load(&w->stopping)) return NULL;
    uint64_t gate = atomic_load(&w->gate);
    int entered = 0;
    while (gate & OPEN) {
      if (atomic_compare_exchange_weak(&w->gate, &gate, gate + 1)) {
        entered = 1;
        break;
      }
    }
    if (!entered) continue;
    last = (uint32_t)(gate >> 32);
    w->work(w->context, s.index);
    atomic_fetch_sub_explicit(&w->gate, 1, memory_order_release);
  }
}

void ckernels_workers_run(ckernels_workers *w, int kind, int parallel, void (*work)(void *, int), void *context) {
  if (!parallel || w->running == 1) {
    if (w->record.on) ckernels_workers_note(w, ckernels_event_start, kind | (parallel && w->threads > 1) << 16);
    work(context, 0);
    if (w->record.on) ckernels_workers_note(w, ckernels_event_end, 0);
    return;
  }
  w->work = work;
  w->context = context;
  uint64_t number = (atomic_load_explicit(&w->gate, memory_order_relaxed) >> 32) + 1;
  atomic_store(&w->gate, number << 32 | OPEN);
  if (atomic_load(&w->parked)) {
    pthread_mutex_lock(&w->parking);
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->parking);
  }
  work(context, 0);
  atomic_fetch_and(&w->gate, ~OPEN);
  for (int spins = 0; atomic_load_explicit(&w->gate, memory_order_acquire) & INSIDE; spins++) {
    if (spins < 20000) {
      pause_briefly();
    } else {
      sched_yield();
    }
  }
}

ckernels_workers *ckernels_workers_create(int threads, int isa) {
  ckernels_workers *w = calloc(1, sizeof *w);
  if (!w) return NULL;
  w->isa = isa;
  w->vnni = isa == ckernels_avx512 && ckernels_has_vnni();
  w->k = ckernels_kernel_table(isa);
  w->local = calloc((size_t)threads, sizeof(void *));
  w->parts = aligned_alloc(64, (size_t)threads * sizeof(work_part));
  w->started = calloc((size_t)threads, sizeof(pthread_t));
  if (!w->local || !w->parts || !w->started) {
    free(w->local);
    free(w->parts);
    free(w->started);
    free(w);
    return NULL;
  }
  pthread_mutex_init(&w->lock, NULL);
  pthread_mutex_init(&w->parking, NULL);
  pthread_cond_init(&w->wake, NULL);
  w->part_room = threads;
  w->started_count = 1;
  for (int i = 1; i < threads; i++) {
    start *s = malloc(sizeof *s);
    if (!s) break;
    *s = (start){w, i};
    if (pthread_create(&w->started[i - 1], NULL, worker_main, s)) {
      free(s);
      break;  // fewer threads give the same bits
    }
    w->started_count++;
  }
  w->threads = w->running = w->started_count;
  return w;
}

void ckernels_workers_destroy(ckernels_workers *w) {
  pthread_mutex_lock(&w->parking);
  atomic_store(&w->stopping, 1);
  pthread_cond_broadcast(&w->wake);
  pthread_mutex_unlock(&w->parking);
  for (int i = 1; i < w->started_count; i++) pthread_join(w->started[i - 1], NULL);
  for (int i = 0; i < w->started_count; i++) free(w->local[i]);
  free(w->local);
  free(w->shared);
  free(w->started);
  free(w->parts);
  free(w->record.events);
  pthread_mutex_destroy(&w->lock);
  pthread_mutex_destroy(&w->parking);
  pthread_cond_destroy(&w->wake);
  free(w);
}

void ckernels_workers_divide(ckernels_workers *w, int64_t count) {
  for (int i = 0; i < w->threads; i++) {
    atomic_store_explicit(&w->parts[i].next, count * i / w->threads, memory_order_relaxed);
    w->parts[i].end = count * (i + 1) / w->threads;
  }
}

int64_t ckernels_workers_take(ckernels_workers *w, int worker) {
  for (int i = 0; i < w->threads; i++) {
    work_part *part = w->parts + (worker + i) % w->threads;
    if (i && atomic_load_explicit(&part->next, memory_order_relaxed) >= part->end) continue;
    int64_t item = atomic_fetch_add_explicit(&part->next, 1, memory_order_relaxed);
    if (item < part->end) {
      if (__builtin_expect(w->record.on, 0)) ckernels_workers_note(w, ckernels_event_item, (int)(part - w->parts));
      return item;
    }
  }
  if (__builtin_expect(w->record.on, 0)) ckernels_workers_note(w, ckernels_event_item, -1);
  return -1;
}

void ckernels_workers_enter(ckernels_workers *w) {
  pthread_mutex_lock(&w->lock);
  w->saved_mode = get_mode();
  set_mode(flushing(w->saved_mode));
}

void ckernels_workers_leave(ckernels_workers *w) {
  set_mode(w->saved_mode);
  pthread_mutex_unlock(&w->lock);
}

void *ckernels_allocate(size_t bytes) {
  const size_t page = 2 << 20;
  int large = bytes >= page / 2;
  bytes = large ? (bytes + page - 1) / page * page : (bytes + 63) / 64 * 64;
  void *p = aligned_alloc(large ? page : 64, bytes);
#if defined(__linux__)
  if (p && large) madvise(p, bytes, MADV_HUGEPAGE);
#endif
  return p;
}

/// Scratch memory, without which no operation can go on.
static void *scratch(size_t bytes) {
  void *p = ckernels_allocate(bytes);
  if (!p) abort();
  return p;
}

void *ckernels_workers_shared(ckernels_workers *w, size_t bytes) {
  if (bytes > w->shared_size) {
    free(w->shared);
    w->shared = scratch(bytes);
    w->shared_size = bytes;
  }
  return w->shared;
}

void ckernels_workers_local(ckernels_workers *w, size_t bytes) {
  if (bytes <= w->local_size) return;
  for (int i = 0; i < w->started_count; i++) {
    free(w->local[i]);
    w->local[i] = scratch(bytes);
  }
  w->local_size = bytes;
}
