/* Stored types to float32, value by value as GGML's format defines them: products and sums are rounded one by one. */

static inline __attribute__((always_inline)) float NAME(half)(const uint8_t *p) {
  _Float16 h;
  __builtin_memcpy(&h, p, 2);
  return (float)h;
}

static void NAME(dequantize_q4)(int type, const uint8_t *p, long blocks, float *out) {
  int bytes = type == ckernels_q4_0 ? 18 : type == ckernels_q4_1 ? 20 : type == ckernels_q5_0 ? 22 : 24;
  int has_min = type == ckernels_q4_1 || type == ckernels_q5_1;
  int has_high = type == ckernels_q5_0 || type == ckernels_q5_1;
  int zero = has_min ? 0 : has_high ? 16 : 8;
  for (long b = 0; b < blocks; b++, p += bytes, out += 32) {
    float d = NAME(half)(p), m = has_min ? NAME(half)(p + 2) : 0;
    const uint8_t *q = p + 2 + (has_min ? 2 : 0);
    uint32_t high = 0;
    if (has_high) {
      __builtin_memcpy(&high, q, 4);
      q += 4;
    }
    if (!has_high) {
      for (int i = 0; i < 16; i++) {
        out[i] = (float)((q[i] & 15) - zero) * d + m;
        out[i + 16] = (float)((q[i] >> 4) - zero) * d + m;
      }
    } else {
      for (int i = 0; i < 16; i++) {
        int a = (q[i] & 15) | (int)(high >> i & 1) << 4, c = q[i] >> 4 | (int)(high >> (i + 16) & 1) << 4;
        out[i] = (float)(a - zero) * d + m;
        out[i + 16] = (float)(c - zero) * d + m;
      }
    }
  }
}

/* Scale and minimum j of the eight of a Q4_K or Q5_K block: 6 bits each in 12 bytes. */
static inline __attribute__((always_inline)) void NAME(scale_min)(int j, const uint8_t *q, int *scale, int *min) {
  if (j < 4) {
    *scale = q[j] & 63;
    *min = q[j + 4] & 63;
  } else {
    *scale = (q[j + 4] & 15) | (q[j - 4] >> 6) << 4;
    *min = q[j + 4] >> 4 | (q[j] >> 6) << 4;
  }
}

static void NAME(dequantize_q2_K)(const uint8_t *p, long blocks, float *out) {
  for (long b = 0; b < blocks; b++, p += 84) {
    const uint8_t *scales = p, *q = p + 16;
    float d = NAME(half)(p + 80), dmin = NAME(half)(p + 82);
    int is = 0;
    for (int n = 0; n < 256; n += 128, q += 32)
      for (int shift = 0; shift < 8; shift += 2)
        for (int h = 0; h < 2; h++) {
          uint8_t sc = scales[is++];
          float dl = d * (float)(sc & 15), ml = dmin * (float)(sc >> 4);
          for (int i = 0; i < 16; i++) *out++ = dl * (float)(q[16 * h + i] >> shift & 3) - ml;
        }
  }
}

static void NAME(dequantize_q3_K)(const uint8_t *p, long blocks, float *out) {
  for (long b = 0; b < blocks; b++, p += 110) {
    const uint8_t *mask = p, *q = p + 32, *s = p + 96;
    float d = NAME(half)(p + 108);
    int8_t scales[16];
    for (int i = 0; i < 16; i++) {
      int low = i < 8 ? s[i] & 15 : s[i - 8] >> 4;
      int high = s[8 + i % 4] >> 2 * (i / 4) & 3;
      scales[i] = (int8_t)((low | high << 4) - 32);
    }
    int is = 0;
    int bit = 0;
    for (int n = 0; n < 256; n += 128, q += 32)
      for (int shift = 0; shift < 8; shift += 2, bit++)
        for (int h = 0; h < 2; h++) {
          float dl = d * (float)scales[is++];
          for (int i = 0; i < 16; i++) {
            int v = (q[16 * h + i] >> shift & 3) - (mask[16 * h + i] >> bit & 1 ? 0 : 4);
            *out++ = dl * (float)v;
          }
        }
  }
}

static void NAME(dequantize_q45_K)(int five, const uint8_t *p, long blocks, float *out) {
  for (long b = 0; b < blocks; b++, p += five ? 176 : 144) {
    float d = NAME(half)(p), dmin = NAME(half)(p + 2);
    const uint8_t *scales = p + 4, *high = p + 16, *q = p + (five ? 48 : 16);
    for (int j = 0; j < 8; j += 2, q += 32)
      for (int h = 0; h < 2; h++) {
        int sc, mn;
        NAME(scale_min)(j + h, scales, &sc, &mn);
        float dl = d * (float)sc, ml = dmin * (float)mn;
        for (int i = 0; i < 32; i++) {
          int v = h ? q[i] >> 4 : q[i] & 15;
          if (five) v += (high[i] >> (j + h) & 1) << 4;
          *out++ = dl * (float)v - ml;
        }
      }
  }
}

static void NAME(dequantize_q6_K)(const uint8_t *p, long blocks, float *out) {
  for (long b = 0; b < blocks; b++, p += 210, out += 256) {
    const uint8_t *low = p, *high = p + 128;
    const int8_t *scales = (const int8_t *)(p + 192);
    float d = NAME(half)(p + 208);
    for (int n = 0; n < 2; n++)
      for (int i = 0; i < 32; i++) {
        const uint8_t *l = low + 64 * n;
        uint8_t h = high[32 * n + i];
        float *y = out + 128 * n + i;
        const int8_t *s = scales + 8 * n + i / 16;
        y[0] = d * (float)s[0] * (float)((int)((l[i] & 15) | (h & 3) << 4) - 32);
        y[32] = d * (float)s[2] * (float)((int)((l[i + 32] & 15) | (h >> 2 & 3) << 4) - 32);
        y[64] = d * (float)s[4] * (float)((int)(l[i] >> 4 | (h >> 4 & 3) << 4) - 32);
        y[96] = d * (float)s[6] * (float)((int)(l[i + 32] >> 4 | (h >> 6) << 4) - 32);
      }
  }
}

static void NAME(dequantize)(int type, const uint8_t *p, long count, float *out) {
  switch (type) {
  case ckernels_f32: __builtin_memcpy(out, p, (unsigned long)count * 4); break;
  case ckernels_f16: NAME(from_half)((const uint16_t *)p, count, out); break;
  case ckernels_bf16:
    for (long i = 0; i < count; i++) {
      uint16_t h;
      __builtin_memcpy(&h, p + 2 * i, 2);
      uint32_t w = (uint32_t)h << 16;
      __builtin_memcpy(out + i, &w, 4);
    }
    break;
  case ckernels_q8_0:
    for (long b = 0; b < count / 32; b++, p += 34, out += 32) {
      float d = NAME(half)(p);
      for (int i = 0; i < 32; i++) out[i] = (float)(int8_t)p[2 + i] * d;
    }
    break;
  case ckernels_q4_0: NAME(dequantize_q4)(ckernels_q4_0, p, count / 32, out); break;
  case ckernels_q4_1: NAME(dequantize_q4)(ckernels_q4_1, p, count / 32, out); break;
  case ckernels_q5_0: NAME(dequantize_q4)(ckernels_q5_0, p, count / 32, out); break;
  case ckernels_q5_1: NAME(dequantize_q4)(ckernels_q5_1, p, count / 32, out); break;
  case ckernels_q2_K: NAME(dequantize_q2_K)(p, count / 256, out); break;
  case ckernels_q3_K: NAME(dequantize_q3_K)(p, count / 256, out); break;
  case ckernels_q4_K: NAME(dequantize_q45_K)(0, p, count / 256, out); break;
  case ckernels_q5_K: NAME(dequantize_q45_K)(1, p, count / 256, out); break;
  case ckernels_q6_K: NAME(dequantize_q6_K)(p, count / 256, out); break;
  default: break;
  }
}
