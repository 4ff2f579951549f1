/* AVX2, which has no pop count: a byte shuffle looks up the ones of four bits in 32 channels at once.
 *
 * x is laid out as nibbles, each the offset of a row of `table`; w as nibbles, a byte a channel, which the shuffle
 * takes as its indices. So the exclusive or is in the table, and two instructions do 128 products.
 */
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "kernels.h"

enum { NIBBLES = 8, LONGEST = 7 }; /* words until a byte might be full: 7 * 8 * 4 < 256 */

#define ROW(a)                                                                                                   \
  {C(a, 0), C(a, 1), C(a, 2), C(a, 3), C(a, 4), C(a, 5), C(a, 6), C(a, 7), C(a, 8), C(a, 9), C(a, 10), C(a, 11), \
   C(a, 12), C(a, 13), C(a, 14), C(a, 15)}
#define C(a, b) ((((a) ^ (b)) & 1) + (((a) ^ (b)) >> 1 & 1) + (((a) ^ (b)) >> 2 & 1) + (((a) ^ (b)) >> 3 & 1))
static const uint8_t table[16][16] __attribute__((aligned(64))) = {
    ROW(0), ROW(1), ROW(2),  ROW(3),  ROW(4),  ROW(5),  ROW(6),  ROW(7),
    ROW(8), ROW(9), ROW(10), ROW(11), ROW(12), ROW(13), ROW(14), ROW(15)};
#undef C
#undef ROW

/* The low nibbles of a word's four bytes, then the high ones. */
static void lay_x(void *out, const uint32_t *words, int64_t count) {
  uint32_t *to = out;
  for (int64_t k = 0; k < count; k++) {
    to[2 * k] = words[k] << 4 & 0xf0f0f0f0u;
    to[2 * k + 1] = words[k] & 0xf0f0f0f0u;
  }
}

static void lay_w(void *out, const uint32_t *words, int64_t count, int channels) {
  uint8_t *to = out;
  for (int64_t k = 0; k < count; k++)
    for (int n = 0; n < NIBBLES; n++)
      for (int o = 0; o < channels; o++) *to++ = words[o * count + k] >> (8 * (n % 4) + 4 * (n / 4)) & 15;
}

static inline __attribute__((always_inline)) void count_run(const uint8_t *x, int words, int64_t pixel, const uint8_t *w,
                                                            __m256i sum[8][2], const int registers, const int pixels) {
  for (; words; words--)
    for (const uint8_t *end = x + NIBBLES; x < end; x++, w += 32 * registers) {
      __m256i weight[2];
#pragma GCC unroll 2
      for (int r = 0; r < registers; r++) weight[r] = _mm256_load_si256((const __m256i *)(w + 32 * r));
#pragma GCC unroll 8
      for (int p = 0; p < pixels; p++) {
        const __m256i row = _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(table[0] + x[p * pixel])));
#pragma GCC unroll 2
        for (int r = 0; r < registers; r++) sum[p][r] = _mm256_add_epi8(sum[p][r], _mm256_shuffle_epi8(row, weight[r]));
      }
    }
}

static inline __attribute__((always_inline)) void add_bytes(const __m256i sum, int32_t *pop) {
  for (int i = 0; i < 4; i++) {
    const __m128i half = i < 2 ? _mm256_castsi256_si128(sum) : _mm256_extracti128_si256(sum, 1);
    const __m256i wide = _mm256_cvtepu8_epi32(i % 2 ? _mm_srli_si128(half, 8) : half);
    _mm256_store_si256((__m256i *)pop + i, _mm256_add_epi32(wide, _mm256_load_si256((const __m256i *)pop + i)));
  }
}

static inline __attribute__((always_inline)) void count_nibbles(const window *x, const uint8_t *w, int32_t *pop,
                                                                const int registers, const int pixels) {
  const uint8_t *row = x->at;
  memset(pop, 0, (size_t)(pixels * registers) * 32 * sizeof *pop);
  for (int r = 0; r < x->rows; r++, row += x->pitch)
    for (int from = 0; from < x->run; from += LONGEST) {
      const int words = x->run - from < LONGEST ? x->run - from : LONGEST;
      __m256i sum[8][2];
#pragma GCC unroll 8
      for (int p = 0; p < pixels; p++) sum[p][0] = sum[p][1] = _mm256_setzero_si256();
      count_run(row + from * NIBBLES, words, x->pixel, w, sum, registers, pixels);
      w += words * NIBBLES * 32 * registers;
#pragma GCC unroll 8
      for (int p = 0; p < pixels; p++)
#pragma GCC unroll 2
        for (int k = 0; k < registers; k++) add_bytes(sum[p][k], pop + (p * registers + k) * 32);
    }
}

static void pop_wide(const window *x, const uint8_t *w, int32_t *pop) {
  count_nibbles(x, w, pop, 2, 4);
}

static void pop_narrow(const window *x, const uint8_t *w, int32_t *pop) {
  count_nibbles(x, w, pop, 1, 8);
}

static inline uint32_t le_mask(const int32_t *a, const int32_t *b) {
  uint32_t above = 0;
  for (int i = 0; i < 4; i++) {
    const __m256i left = _mm256_loadu_si256((const __m256i *)a + i), right = _mm256_loadu_si256((const __m256i *)b + i);
    const __m256i more = _mm256_cmpgt_epi32(left, right);
    above |= (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(more)) << (8 * i);
  }
  return ~above;
}

static inline void narrow(const int32_t *q, int8_t *out) {
  const __m256i *four = (const __m256i *)q;
  const __m256i low = _mm256_packs_epi32(_mm256_loadu_si256(four), _mm256_loadu_si256(four + 1));
  const __m256i high = _mm256_packs_epi32(_mm256_loadu_si256(four + 2), _mm256_loadu_si256(four + 3));
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7); /* packing works in halves */
  _mm256_storeu_si256((__m256i *)out, _mm256_permutevar8x32_epi32(_mm256_packs_epi16(low, high), order));
}

static inline void widen(const int8_t *r, int32_t *out) {
  for (int i = 0; i < WORD; i += 8)
    _mm256_store_si256((__m256i *)(out + i), _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(r + i))));
}

#define LIMIT(v) ((lanes)_mm256_max_ps(_mm256_min_ps((__m256)(v), _mm256_set1_ps(127.0f)), _mm256_set1_ps(-128.0f)))
#define BEND(v, s)                                                                                         \
  ((lanes)_mm256_blendv_ps((__m256)(v), (__m256)((v) * (s)), _mm256_cmp_ps((__m256)(v), _mm256_setzero_ps(), _CMP_LT_OQ)))

#define ADD_PAIR(sum, a, b) ((sum) + (whole_lanes)_mm256_madd_epi16((__m256i)(a), (__m256i)(b)))

static int supported(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2");
}

#define ISA avx2
#define X_BYTES NIBBLES
#define WIDE_PIXELS 4
#define NARROW_PIXELS 8
#include "isa.inc"

const isa isa_avx2 = {"avx2", supported, 4, 8, NIBBLES, NIBBLES, 0, lay_x, lay_w, conv_rows_avx2, byte_rows_avx2,
                     pack_rows_avx2, pack_int8_rows_avx2, last_rows_avx2, NULL};
#endif
