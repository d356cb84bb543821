#pragma once
// The thread pool and its scratch memory, for the operations of this target.

#include <pthread.h>
#include <stdatomic.h>
#include "isa/common.h"

/// Items of one thread's own part; a line of the cache to itself, since others look at it when theirs is done.
typedef struct {
  _Alignas(64) _Atomic int64_t next;
  int64_t end;
} work_part;

/// Who took what when, while the caller alone does the work of many threads (pool/record.c).
typedef struct {
  int on, failed;
  ckernels_event *events;
  int64_t count, room;
} work_record;

struct ckernels_workers {
  int threads;                // work is divided among so many
  int running;                // and done by so many: all threads of the pool, or the caller alone for a record
  int isa, vnni;
  const kernel_table *k;
  pthread_mutex_t lock;       // one operation at a time
  pthread_t *started;         // threads - 1
  // The gate: bits 32-63 number of the operation, bit 31 open, bits 0-30 workers inside.
  _Atomic uint64_t gate;
  _Atomic int parked, stopping;
  pthread_mutex_t parking;
  pthread_cond_t wake;
  void (*work)(void *context, int worker);
  void *context;
  void *shared;               // scratch of an operation, all threads
  size_t shared_size;
  void **local;               // scratch per thread
  size_t local_size;
  work_part *parts;           // per thread among which work is divided
  int part_room;
  int started_count;          // threads of the pool, the caller included
  work_record record;
  uint64_t saved_mode;        // floating-point mode of the caller
};

/// Starts an operation: exclusive use of the pool, subnormals flushed in the calling thread. `leave` ends it.
void ckernels_workers_enter(ckernels_workers *workers);
void ckernels_workers_leave(ckernels_workers *workers);
/// Calls `work(context, worker)` on this thread (worker 0) and, if `parallel`, on those others that come in time. So
/// `work` must take its items from a shared counter and not rely on any worker but the caller. `kind` is for a record.
void ckernels_workers_run(ckernels_workers *workers, int kind, int parallel, void (*work)(void *, int), void *context);
/// Divides items 0 ..< count into one contiguous part per thread, so that each walks through memory.
void ckernels_workers_divide(ckernels_workers *workers, int64_t count);
/// The next item for a thread, of its own part or of another's that is not finished; -1 if there is none.
int64_t ckernels_workers_take(ckernels_workers *workers, int worker);
/// Notes an event, with the time.
void ckernels_workers_note(ckernels_workers *workers, int event, int value);
/// The next number of a counter that all threads share; one past the last item tells a thread that it is done.
static inline int64_t ckernels_workers_next(ckernels_workers *w, _Atomic int64_t *counter) {
  if (__builtin_expect(w->record.on, 0)) ckernels_workers_note(w, ckernels_event_item, -1);
  return atomic_fetch_add(counter, 1);
}
/// Memory for `free`, of large blocks on large pages where the system has them (the tiles walk through megabytes); NULL
/// when there is none.
void *ckernels_allocate(size_t bytes);
/// Scratch memory of at least `bytes`, 64-byte aligned; contents undefined. Only between enter and leave.
void *ckernels_workers_shared(ckernels_workers *workers, size_t bytes);
void ckernels_workers_local(ckernels_workers *workers, size_t bytes);
