/* AVX-512 with VPOPCNTDQ and VNNI, which came with it: 16 channels a register, words one by one or in pairs. */
#if defined(__x86_64__)
#include <immintrin.h>

#include "isa_words.inc"

#define ALWAYS static inline __attribute__((always_inline))

/* A word of x in all lanes. */
ALWAYS __m512i spread(const uint8_t *word) {
  __m512i v;
  __asm__("vpbroadcastd %1, %0" : "=v"(v) : "m"(*(const uint32_t *)word));
  return v;
}

/* Where counts go, of `bytes` each, 4 or 2; those of a pixel `pitch` behind those of the last. */
typedef struct { uint8_t *at; int bytes; int64_t pitch; } target;

/* Of a pixel, the registers r and r + 1. */
ALWAYS void put(const target to, const int p, const int r, __m512i low, __m512i high) {
  uint8_t *at = to.at + p * to.pitch + r * 16 * to.bytes;
  if (to.bytes == 4) {
    _mm512_store_si512(at, low);
    _mm512_store_si512(at + 64, high);
  } else {
    static const uint16_t even[32] __attribute__((aligned(64))) = {0,  2,  4,  6,  8,  10, 12, 14, 16, 18, 20,
                                                                   22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42,
                                                                   44, 46, 48, 50, 52, 54, 56, 58, 60, 62};
    _mm512_store_si512(at, _mm512_permutex2var_epi16(low, _mm512_load_si512(even), high));
  }
}

#include "avx512_words.inc"
#include "avx512_pairs.inc"

enum { WIDE = 6, NARROW = 12, FEW = 4, PAIRED = 16 };

/* A row's last tile often has FEW pixels, for which maps of a power of two would pay as for a whole one. */
ALWAYS void count_wide(const window *x, const uint8_t *w, target to) {
  if (x->rows * x->run < PAIRED) {
    if (x->count > FEW) count_words(x, w, to, 4, WIDE);
    else count_words(x, w, to, 4, FEW);
    return;
  }
  for (int half = 0; half < 2; half++, w += 128, to.at += WORD * to.bytes)
    if (x->count > FEW) count_pairs(x, w, to, 4, PAIR_PIXELS);
    else count_pairs(x, w, to, 4, FEW);
}

ALWAYS void count_narrow(const window *x, const uint8_t *w, target to) {
  if (x->rows * x->run < PAIRED) {
    if (x->count > FEW) count_words(x, w, to, 2, NARROW);
    else count_words(x, w, to, 2, FEW);
    return;
  }
  window half = *x;
  for (; half.count > 0; half.count -= PAIR_PIXELS, half.at += PAIR_PIXELS * x->pixel, to.at += PAIR_PIXELS * to.pitch)
    if (half.count > FEW) count_pairs(&half, w, to, 2, PAIR_PIXELS);
    else count_pairs(&half, w, to, 2, FEW);
}

static void pop_wide(const window *x, const uint8_t *w, int32_t *pop) { count_wide(x, w, (target){(uint8_t *)pop, 4, 256}); }

static void pop_narrow(const window *x, const uint8_t *w, int32_t *pop) { count_narrow(x, w, (target){(uint8_t *)pop, 4, 128}); }

static void tap_wide(const window *x, const uint8_t *w, uint16_t *to) {
  count_wide(x, w, (target){(uint8_t *)to, 2, TAPS * 128});
}

static void tap_narrow(const window *x, const uint8_t *w, uint16_t *to) {
  count_narrow(x, w, (target){(uint8_t *)to, 2, TAPS * 64});
}

#define COUNT_TAP(tile, x, w, to) (tile == 64 ? tap_wide : tap_narrow)(x, w, to)

static inline uint32_t le_mask(const int32_t *a, const int32_t *b) {
  const __mmask16 low = _mm512_cmple_epi32_mask(_mm512_loadu_si512(a), _mm512_loadu_si512(b));
  const __mmask16 high = _mm512_cmple_epi32_mask(_mm512_loadu_si512(a + 16), _mm512_loadu_si512(b + 16));
  return (uint32_t)low | (uint32_t)high << 16;
}

/* From where the masks are, without a way through another register. */
static inline void le_store(const int32_t *a, const int32_t *b, int32_t *mask) {
  typedef __mmask16 half __attribute__((may_alias));
  half *halves = (half *)mask;
  for (int i = 0; i < 2; i++)
    halves[i] = _mm512_cmple_epi32_mask(_mm512_loadu_si512(a + 16 * i), _mm512_loadu_si512(b + 16 * i));
}

#define LE_STORE le_store

static inline void narrow(const int32_t *q, int8_t *out) {
  for (int i = 0; i < 2; i++)
    _mm_storeu_si128((__m128i *)out + i, _mm512_cvtsepi32_epi8(_mm512_loadu_si512(q + 16 * i)));
}

static inline void widen(const int8_t *r, int32_t *out) {
  for (int i = 0; i < 2; i++) _mm512_store_si512(out + 16 * i, _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)r + i)));
}

/* What is beyond int8 ends there when it is narrowed; what might be beyond int32 is left to AVX2. */
#define TO_INT8(v) \
  ((whole_lanes)_mm512_cvt_roundps_epi32((__m512)(v), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC))
#define BEND(v, s)                                                                                               \
  ((lanes)_mm512_mask_mul_ps((__m512)(v), _mm512_movepi32_mask((__m512i)(v)), (__m512)(v), (__m512)(s)))

#define ADD_PAIR(sum, a, b) ((whole_lanes)_mm512_dpwssd_epi32((__m512i)(sum), (__m512i)(a), (__m512i)(b)))
#define ABREAST 4

static int supported(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni") &&
         __builtin_cpu_supports("avx512vpopcntdq");
}

#define ISA avx512
#define X_BYTES 4
#define WIDE_PIXELS WIDE
#define NARROW_PIXELS NARROW
#include "isa.inc"

extern const isa isa_avx2;
const isa isa_avx512 = {"avx512", supported, WIDE, NARROW, 4, 4, PAIRED, lay_x_words, lay_w_words, conv_rows_avx512,
                        byte_rows_avx512, pack_rows_avx512, pack_int8_rows_avx512, last_rows_avx512, &isa_avx2};
#endif
