// Transposition of 16 x 16 elements of 32 bits (any content: elements are only moved). Needs vector_body.h.

INLINE v16 NAME(shuffle_low)(v16 a, v16 b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
}
INLINE v16 NAME(shuffle_high)(v16 a, v16 b) {
  return __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
}
INLINE v16 NAME(pairs_low)(v16 a, v16 b) {
  return __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
}
INLINE v16 NAME(pairs_high)(v16 a, v16 b) {
  return __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
}
INLINE v16 NAME(quarters_even)(v16 a, v16 b) {
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
}
INLINE v16 NAME(quarters_odd)(v16 a, v16 b) {
  return __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
}
/// Transposes 16 vectors of 16 in place: first inside each 4x4 of 128 bits, then the 4x4 of such quarters.
INLINE void NAME(transpose16)(v16 r[16]) {
  v16 t[16];
  UNROLL for (int i = 0; i < 16; i += 4) {
    v16 a = NAME(shuffle_low)(r[i], r[i + 1]), b = NAME(shuffle_high)(r[i], r[i + 1]);
    v16 c = NAME(shuffle_low)(r[i + 2], r[i + 3]), d = NAME(shuffle_high)(r[i + 2], r[i + 3]);
    t[i] = NAME(pairs_low)(a, c);
    t[i + 1] = NAME(pairs_high)(a, c);
    t[i + 2] = NAME(pairs_low)(b, d);
    t[i + 3] = NAME(pairs_high)(b, d);
  }
  // t[4q + c] holds, for rows 4q...4q+3, column c of each quarter.
  UNROLL for (int c = 0; c < 4; c++) {
    v16 a = NAME(quarters_even)(t[c], t[4 + c]), b = NAME(quarters_odd)(t[c], t[4 + c]);
    v16 e = NAME(quarters_even)(t[8 + c], t[12 + c]), f = NAME(quarters_odd)(t[8 + c], t[12 + c]);
    r[c] = NAME(quarters_even)(a, e);
    r[4 + c] = NAME(quarters_even)(b, f);
    r[8 + c] = NAME(quarters_odd)(a, e);
    r[12 + c] = NAME(quarters_odd)(b, f);
  }
}
