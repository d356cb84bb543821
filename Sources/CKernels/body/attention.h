/* Attention of one item over one super tile of 1024 keys, in key tiles of 256 at absolute positions: online softmax
   from a fresh state (m, l, o). A query's numbers depend on its own row and the keys alone: a tile that a row does not
   see leaves the row's bits as they were. */

#define KEY_TILE 256

/* Scores [rows][ld] of the keys of one tile against one query variant: a chain over the head's features. */
static void NAME(scores)(const ckernels_attention_item *it, int query, const float *keys, int panels, float *out) {
  int d = it->dimension;
  for (int p = 0; p < panels; p += 4) {
    int n = panels - p < 4 ? panels - p : 4;
    for (int r = 0; r < it->rows; r += 6) {
      int m = it->rows - r < 6 ? it->rows - r : 6;
      NAME(tile)(m, n, d, it->queries[query] + (long)r * d, d, 1, keys + (long)p * d * 16, (long)d * 16, 16,
                 out + (long)r * KEY_TILE + 16 * p, KEY_TILE, ckernels_assign);
    }
  }
}

/* First key and end of a row's range, cut to a tile; an empty range gives end <= first. */
static inline void NAME(range_in_tile)(const ckernels_attention_item *it, int row, int range, int first, int end,
                                       int *from, int *to) {
  int s = it->starts[(long)row * it->range_count + range];
  int e = range + 1 < it->range_count ? it->starts[(long)row * it->range_count + range + 1] : it->ends[row];
  if (e > it->ends[row]) e = it->ends[row];
  *from = s > first ? s : first;
  *to = e < end ? e : end;
}

static void NAME(attention_super)(const ckernels_attention_item *it, int super, float *m, float *l, float *o) {
  int d = it->dimension, rows = it->rows;
  float *s = it->scratch, *part = s + (long)rows * KEY_TILE, *keys32 = part + (long)rows * KEY_TILE,
        *values32 = keys32 + (long)KEY_TILE * d;
  int last = 0;
  for (int r = 0; r < rows; r++) {
    m[r] = -__builtin_inff();
    l[r] = 0;
    last = it->ends[r] > last ? it->ends[r] : last;
  }
  for (long i = 0; i < (long)rows * d; i++) o[i] = 0;
  for (int t = 0; t < 1024 / KEY_TILE; t++) {
    int first = super * 1024 + t * KEY_TILE;
    if (first >= last) break;
    int end = first + KEY_TILE < last ? first + KEY_TILE : last;
    int panels = (end - first + 15) / 16;
    /* Which ranges does any row need here, and is one of them enough for all? */
    int needed = 0, only = -1;
    for (int g = 0; g < it->range_count; g++) {
      if (it->range_masked[g]) continue;
      for (int r = 0; r < rows; r++) {
        int from, to;
        NAME(range_in_tile)(it, r, g, first, end, &from, &to);
        if (from < to) {
          needed |= 1 << g;
          only = only == -1 || only == g ? g : -2;
          break;
        }
      }
    }
    if (!needed) continue;
    for (int g = 0; g < it->range_count; g++) {
      if (!(needed >> g & 1)) continue;
      long offset = (long)t * (KEY_TILE / 16) * d * 16;
      const void *stored = it->keys[super * it->key_variants + it->range_key[g]];
      const float *keys = (const float *)stored + offset;
      if (it->half) {
        NAME(from_half)((const uint16_t *)stored + offset, (long)panels * d * 16, keys32);
        keys = keys32;
      }
      float *target = only == g ? s : part;
      NAME(scores)(it, it->range_query[g], keys, panels, target);
      if (only == -2 && (needed & ((1 << g) - 1)) == 0)
        for (long i = 0; i < (long)rows * KEY_TILE; i++) s[i] = -__builtin_inff();
      for (int r = 0; r < rows; r++) {
        int from, to;
        NAME(range_in_tile)(it, r, g, first, end, &from, &to);
        float *row = s + (long)r * KEY_TILE;
        if (only == g) {
          if (from >= to) from = to = first;
          for (int j = 0; j < from - first; j++) row[j] = -__builtin_inff();
          for (int j = to - first; j < 16 * panels; j++) row[j] = -__builtin_inff();
        } else {
          for (int j = from - first; j < to - first; j++) row[j] = part[(long)r * KEY_TILE + j];
        }
        if (it->softcap > 0 && from < to) NAME(softcap)(row + (from - first), to - from, it->softcap);
      }
    }
    for (int r = 0; r < rows; r++) {
      float *row = s + (long)r * KEY_TILE;
      v16 top = LOAD16(row);
      for (int j = 16; j < 16 * panels; j += 16) top = LOAD16(row + j) > top ? LOAD16(row + j) : top;
      float max = m[r];
      for (int j = 0; j < 16; j++) max = top[j] > max ? top[j] : max;
      if (max == -__builtin_inff()) {
        for (int j = 0; j < 16 * panels; j++) row[j] = 0;
        continue;
      }
      v16 sum = {};
      for (int j = 0; j < 16 * panels; j += 16) {
        v16 p = NAME(exp16)(LOAD16(row + j) - max);
        STORE16(row + j, p);
        sum += p;
      }
      if (max > m[r]) {
        float c = NAME(exp16)(NAME(splat)(m[r] - max))[0];
        l[r] = l[r] * c;
        for (int i = 0; i < d; i += 16) STORE16(o + (long)r * d + i, LOAD16(o + (long)r * d + i) * c);
        m[r] = max;
      }
      l[r] += NAME(sum16)(sum);
    }
    const float *values = (const float *)it->values[super] + (long)t * KEY_TILE * d;
    if (it->half) {
      NAME(from_half)((const uint16_t *)it->values[super] + (long)t * KEY_TILE * d, (long)(end - first) * d, values32);
      values = values32;
    }
    for (int c = 0; c < d; c += 64) {
      int n = (d - c < 64 ? d - c : 64) / 16;
      for (int r = 0; r < rows; r += 6) {
        int count = rows - r < 6 ? rows - r : 6;
        NAME(tile)(count, n, end - first, s + (long)r * KEY_TILE, KEY_TILE, 1, values + c, 16, d, o + (long)r * d + c,
                   d, ckernels_chain);
      }
    }
  }
}

/* Adds the state of one super tile to the total; super tiles come in ascending order. */
static void NAME(attention_merge)(int rows, int d, float *mt, float *lt, float *ot, const float *m, const float *l,
                                  const float *o) {
  for (int r = 0; r < rows; r++) {
    if (m[r] == -__builtin_inff()) continue;
    float max = mt[r] > m[r] ? mt[r] : m[r];
    float a = mt[r] == -__builtin_inff() ? 0 : NAME(exp16)(NAME(splat)(mt[r] - max))[0];
    float b = NAME(exp16)(NAME(splat)(m[r] - max))[0];
    lt[r] = __builtin_fmaf(l[r], b, lt[r] * a);
    for (long i = 0; i < d; i++) ot[r * (long)d + i] = __builtin_fmaf(o[r * (long)d + i], b, ot[r * (long)d + i] * a);
    mt[r] = max;
  }
}
#undef KEY_TILE
