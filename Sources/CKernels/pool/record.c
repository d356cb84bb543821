// A record of work that is divided as for many threads and done by one: when each item was taken. From it a simulation
// replays the schedule on as many workers as there should be (Sources/Kernels/Schedule).
#include "pool/workers.h"
#include <stdlib.h>
#include <time.h>

void ckernels_workers_note(ckernels_workers *w, int event, int value) {
  work_record *r = &w->record;
  if (r->count == r->room) {
    const int64_t room = r->room ? 2 * r->room : 1 << 16;
    ckernels_event *events = realloc(r->events, (size_t)room * sizeof *events);
    if (!events) {
      r->failed = 1;
      r->count = 0;  // goes on from the start: what is there is of no use any more
      if (!r->room) return;
    } else {
      r->events = events;
      r->room = room;
    }
  }
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  r->events[r->count++] = (ckernels_event){(int64_t)t.tv_sec * 1000000000 + t.tv_nsec, event, value};
}

int ckernels_workers_record(ckernels_workers *w, int threads) {
  int done = 1;
  ckernels_workers_enter(w);
  if (threads > w->part_room) {
    work_part *parts = aligned_alloc(64, (size_t)threads * sizeof *parts);
    if (parts) {
      free(w->parts);
      w->parts = parts;
      w->part_room = threads;
    } else {
      done = 0;
    }
  }
  // The first and the last event are the ends of the record.
  if (done && !threads && w->record.on) ckernels_workers_note(w, ckernels_event_end, 0);
  if (done) {
    w->record.on = threads > 0;
    w->threads = threads > 0 ? threads : w->started_count;
    w->running = threads > 0 ? 1 : w->started_count;
    if (threads > 0) {
      w->record.count = w->record.failed = 0;
      ckernels_workers_note(w, ckernels_event_end, 0);
    }
  }
  ckernels_workers_leave(w);
  return done;
}

const ckernels_event *ckernels_workers_events(const ckernels_workers *w, int64_t *count) {
  *count = w->record.failed ? -1 : w->record.count;
  return w->record.events;
}

void ckernels_workers_scratch(const ckernels_workers *w, int64_t *shared, int64_t *local) {
  *shared = (int64_t)w->shared_size;
  *local = (int64_t)w->local_size;
}
