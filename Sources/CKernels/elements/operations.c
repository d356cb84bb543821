// The operations by rows or elements: division among threads round the functions of the table.
#include "pool/workers.h"

typedef struct {
  ckernels_workers *w;
  int64_t count, chunk;   // items and items per turn
  _Atomic int64_t next;
  const float *x, *y;
  float *into;
  const float *weight, *bias;
  int64_t columns;
  float value;
  int mode;
  const int64_t *ids;
  const uint8_t *weights;
  int64_t row_bytes;
  const ckernels_rotation *rotation;
} operation;

static int take(operation *o, int64_t *first, int64_t *last) {
  *first = ckernels_workers_next(o->w, &o->next) * o->chunk;
  *last = MIN(*first + o->chunk, o->count);
  return *first < o->count;
}

/// Runs in chunks of about `size` elements, on one thread if there are few.
static void perform(operation *o, int kind, int64_t per_item, int64_t size, void (*work)(void *, int)) {
  o->chunk = MAX(1, size / MAX(1, per_item));
  ckernels_workers_enter(o->w);
  ckernels_workers_run(o->w, kind, o->count * per_item >= 2 * size, work, o);
  ckernels_workers_leave(o->w);
}

static void embed(void *context, int worker) {
  (void)worker;
  operation *o = context;
  for (int64_t i, last; take(o, &i, &last);) {
    for (; i < last; i++) {
      float *to = o->into + i * o->columns;
      o->w->k->dequantize(o->mode, o->weights + o->ids[i] * o->row_bytes, 0, o->columns, to);
      if (o->value != 1) o->w->k->scale(to, o->value, o->columns, to);
    }
  }
}
void ckernels_embed(ckernels_workers *w, const int64_t *ids, int64_t count, const void *weights, int64_t row_bytes,
                    int type, int64_t columns, float scale, float *into) {
  operation o = {.w = w, .count = count, .ids = ids, .weights = weights, .row_bytes = row_bytes, .mode = type,
                 .columns = columns, .value = scale, .into = into};
  perform(&o, ckernels_work_embedding, columns, 8192, embed);
}

static void norm(void *context, int worker) {
  (void)worker;
  operation *o = context;
  for (int64_t i, last; take(o, &i, &last);) {
    for (; i < last; i++) {
      o->w->k->norm(o->x + i * o->columns, o->columns, o->weight, o->bias, o->value, o->mode, o->into + i * o->columns);
    }
  }
}
void ckernels_norm(ckernels_workers *w, const float *x, int64_t rows, int64_t columns, const float *weight,
                   const float *bias, float epsilon, int centred, float *into) {
  operation o = {.w = w, .count = rows, .x = x, .columns = columns, .weight = weight, .bias = bias, .value = epsilon,
                 .mode = centred, .into = into};
  perform(&o, ckernels_work_norm, columns, 8192, norm);
}

// Element-wise work goes in blocks of 1024 so that no vector is cut.
enum { block = 1024 };
static int64_t blocks(int64_t count) { return (count + block - 1) / block; }

static void gate(void *context, int worker) {
  (void)worker;
  operation *o = context;
  for (int64_t i, last; take(o, &i, &last);) {
    int64_t at = i * block, n = MIN(last * block, o->columns) - at;
    o->w->k->gate(o->x + at, o->y ? o->y + at : NULL, n, o->mode, o->into + at);
  }
}
void ckernels_gate(ckernels_workers *w, const float *x, const float *up, int64_t count, int activation, float *into) {
  operation o = {.w = w, .count = blocks(count), .columns = count, .x = x, .y = up, .mode = activation, .into = into};
  perform(&o, ckernels_work_activation, block, 4096, gate);
}

static void add(void *context, int worker) {
  (void)worker;
  operation *o = context;
  for (int64_t i, last; take(o, &i, &last);) {
    int64_t at = i * block, n = MIN(last * block, o->columns) - at;
    o->w->k->add(o->x + at, o->y + at, n, o->into + at);
  }
}
void ckernels_add(ckernels_workers *w, const float *x, const float *y, int64_t count, float *into) {
  operation o = {.w = w, .count = blocks(count), .columns = count, .x = x, .y = y, .into = into};
  perform(&o, ckernels_work_sum, block, 16384, add);
}

static void softcap(void *context, int worker) {
  (void)worker;
  operation *o = context;
  for (int64_t i, last; take(o, &i, &last);) {
    int64_t at = i * block, n = MIN(last * block, o->columns) - at;
    o->w->k->softcap(o->into + at, n, o->value);
  }
}
void ckernels_softcap(ckernels_workers *w, float *x, int64_t count, float cap) {
  operation o = {.w = w, .count = blocks(count), .columns = count, .into = x, .value = cap};
  perform(&o, ckernels_work_softcap, block, 4096, softcap);
}

static void rotate(void *context, int worker) {
  (void)worker;
  operation *o = context;
  for (int64_t i, last; take(o, &i, &last);) {
    for (; i < last; i++) o->w->k->rotate(o->rotation, i);
  }
}
void ckernels_rotate(ckernels_workers *w, const ckernels_rotation *rotation) {
  operation o = {.w = w, .count = rotation->rows, .rotation = rotation};
  perform(&o, ckernels_work_rotation, rotation->heads * rotation->head_dimension, 8192, rotate);
}

static void log_probabilities(void *context, int worker) {
  (void)worker;
  operation *o = context;
  for (int64_t i, last; take(o, &i, &last);) {
    for (; i < last; i++) o->into[i] = o->w->k->log_probability(o->x + i * o->columns, o->columns, o->ids[i]);
  }
}
void ckernels_log_probabilities(ckernels_workers *w, const float *logits, int64_t rows, int64_t columns,
                                const int64_t *targets, float *into) {
  operation o = {.w = w, .count = rows, .x = logits, .columns = columns, .ids = targets, .into = into};
  perform(&o, ckernels_work_log_probabilities, columns, 8192, log_probabilities);
}

int64_t ckernels_argmax(ckernels_workers *w, const float *x, int64_t count) { return w->k->argmax(x, count); }
