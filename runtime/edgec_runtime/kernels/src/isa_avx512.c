/* AVX-512 with VPOPCNTDQ: 16 channels a register, one word of each at a time. */
#if defined(__x86_64__)
#include <immintrin.h>

#include "isa_words.inc"

/* Inline assembly: left to itself, gcc counts all ahead of the sums and spills. */
#define STEP(sum, v, w)                                                                \
  do {                                                                                 \
    __m512i t_;                                                                        \
    __asm__("vpxord %2, %3, %1\n\tvpopcntd %1, %1\n\tvpaddd %1, %0, %0"                \
            : "+v"(sum), "=&v"(t_) : "v"(v), "v"(w));                                  \
  } while (0)

#define ALWAYS static inline __attribute__((always_inline))

/* Sums of a tile. */
typedef struct { __m512i of[12][4]; } sums;

ALWAYS void clear(sums *s, const int registers, const int pixels) {
#pragma GCC unroll 12
  for (int p = 0; p < pixels; p++)
#pragma GCC unroll 4
    for (int r = 0; r < registers; r++) s->of[p][r] = _mm512_setzero_si512();
}

ALWAYS void store(const sums *s, int32_t *pop, const int registers, const int pixels) {
#pragma GCC unroll 12
  for (int p = 0; p < pixels; p++)
#pragma GCC unroll 4
    for (int r = 0; r < registers; r++) _mm512_store_si512(pop + (p * registers + r) * 16, s->of[p][r]);
}

/* The words `at`, of pixels that are `pixel` apart. Gives where the weights go on. */
ALWAYS const uint8_t *count_run(sums *s, const uint8_t *at, int left, int64_t pixel, const uint8_t *w, const int registers,
                                const int pixels) {
  __asm__("" : "+r"(left)); /* keeps the loop rolled */
  for (; left; left--, at += 4) {
    __m512i v, weight[4];
#pragma GCC unroll 4
    for (int r = 0; r < registers; r++) weight[r] = _mm512_loadu_si512(w + 64 * r);
    w += 64 * registers;
#pragma GCC unroll 12
    for (int p = 0; p < pixels; p++) {
      __asm__("vpbroadcastd %1, %0" : "=v"(v) : "m"(*(const uint32_t *)(at + p * pixel)));
#pragma GCC unroll 4
      for (int r = 0; r < registers; r++) STEP(s->of[p][r], v, weight[r]);
    }
  }
  return w;
}

ALWAYS void count_words(const uint8_t *x, int64_t pitch, int rows, int run, int64_t pixel, const uint8_t *w, int32_t *pop,
                        const int registers, const int pixels) {
  sums s;
  clear(&s, registers, pixels);
  for (; rows; rows--, x += pitch) w = count_run(&s, x, run, pixel, w, registers, pixels);
  store(&s, pop, registers, pixels);
}

static void pop_wide(const uint8_t *x, int64_t pitch, int rows, int run, int64_t pixel, const uint8_t *w, int32_t *pop) {
  count_words(x, pitch, rows, run, pixel, w, pop, 4, 6);
}

static void pop_narrow(const uint8_t *x, int64_t pitch, int rows, int run, int64_t pixel, const uint8_t *w, int32_t *pop) {
  count_words(x, pitch, rows, run, pixel, w, pop, 2, 12);
}

static inline uint32_t le_mask(const int32_t *a, const int32_t *b) {
  const __mmask16 low = _mm512_cmple_epi32_mask(_mm512_loadu_si512(a), _mm512_loadu_si512(b));
  const __mmask16 high = _mm512_cmple_epi32_mask(_mm512_loadu_si512(a + 16), _mm512_loadu_si512(b + 16));
  return (uint32_t)low | (uint32_t)high << 16;
}

static inline void narrow(const int32_t *q, int8_t *out) {
  for (int i = 0; i < 2; i++)
    _mm_storeu_si128((__m128i *)out + i, _mm512_cvtepi32_epi8(_mm512_loadu_si512(q + 16 * i)));
}

static inline void widen(const int8_t *r, float *out) {
  for (int i = 0; i < 2; i++)
    _mm512_storeu_ps(out + 16 * i, _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)r + i))));
}

#define LIMIT(v) ((lanes)_mm512_max_ps(_mm512_min_ps((__m512)(v), _mm512_set1_ps(127.0f)), _mm512_set1_ps(-128.0f)))
#define BEND(v, s)                                                                                               \
  ((lanes)_mm512_mask_mul_ps((__m512)(v), _mm512_cmp_ps_mask((__m512)(v), _mm512_setzero_ps(), _CMP_LT_OQ), \
                             (__m512)(v), (__m512)(s)))

static int supported(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vpopcntdq");
}

#define ISA avx512
#define X_BYTES 4
#define WIDE_PIXELS 6
#define NARROW_PIXELS 12
#include "isa.inc"

const isa isa_avx512 = {"avx512", supported, 6, 12, 4, 4, lay_x_words, lay_w_words, conv_rows_avx512,
                        byte_rows_avx512, pack_rows_avx512, pack_int8_rows_avx512};
#endif
