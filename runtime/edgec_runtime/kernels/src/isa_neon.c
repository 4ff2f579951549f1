/* NEON: 16 channels in four registers, pop counts in bytes until those might be full. */
#if defined(__aarch64__)
#include <arm_neon.h>

#include "isa_words.inc"

#define INLINE_PART static inline __attribute__((always_inline))

enum { PIXELS = 5, LONGEST = 31 }; /* words until a byte might be full: 31 * 8 < 256 */

/* Inline assembly: left to itself, gcc counts all ahead of the sums and spills. */
#define STEP(sum, v, w)                                                                                   \
  do {                                                                                                    \
    uint8x16_t t_;                                                                                        \
    __asm__("eor %1.16b, %2.16b, %3.16b\n\tcnt %1.16b, %1.16b\n\tadd %0.16b, %0.16b, %1.16b"              \
            : "+w"(sum), "=&w"(t_) : "w"(v), "w"(w));                                                     \
  } while (0)

typedef uint8x16_t sums[PIXELS][4];

INLINE_PART void clear(sums sum) {
#pragma GCC unroll 5
  for (int p = 0; p < PIXELS; p++)
#pragma GCC unroll 4
    for (int r = 0; r < 4; r++) sum[p][r] = vdupq_n_u8(0);
}

/* Counts words of a row into bytes; gives where the next weights are. */
INLINE_PART const uint32_t *count_run(sums sum, const uint8_t *at, int words, int64_t pixel, const uint32_t *w,
                                      const int channels) {
  __asm__("" : "+r"(words)); /* keeps the loop rolled */
  for (; words; words--, at += 4, w += channels) {
    uint32x4_t weight[4];
#pragma GCC unroll 4
    for (int r = 0; r < 4; r++) weight[r] = vld1q_u32(w + 4 * r);
#pragma GCC unroll 5
    for (int p = 0; p < PIXELS; p++) {
      const uint32x4_t v = vld1q_dup_u32((const uint32_t *)(at + p * pixel));
#pragma GCC unroll 4
      for (int r = 0; r < 4; r++) STEP(sum[p][r], v, weight[r]);
    }
  }
  return w;
}

INLINE_PART void widen_sums(uint32x4_t total[PIXELS][4], sums sum) {
#pragma GCC unroll 5
  for (int p = 0; p < PIXELS; p++)
#pragma GCC unroll 4
    for (int r = 0; r < 4; r++) total[p][r] = vpadalq_u16(total[p][r], vpaddlq_u8(sum[p][r]));
}

/* 16 of a tile's channels: bytes are widened after all rows, where they hold those, else whenever they may be full. */
INLINE_PART void count_part(const window *x, const uint32_t *w, int32_t *pop, const int channels) {
  const uint8_t *row = x->at;
  int rows = x->rows;
  uint32x4_t total[PIXELS][4];
  sums sum;
  for (int p = 0; p < PIXELS; p++)
    for (int r = 0; r < 4; r++) total[p][r] = vdupq_n_u32(0);
  if (rows * x->run <= LONGEST) {
    clear(sum);
    for (; rows; rows--, row += x->pitch) w = count_run(sum, row, x->run, x->pixel, w, channels);
    widen_sums(total, sum);
  }
  for (; rows; rows--, row += x->pitch) {
    const uint8_t *at = row;
    for (int left = x->run; left;) {
      const int words = left < LONGEST ? left : LONGEST;
      clear(sum);
      w = count_run(sum, at, words, x->pixel, w, channels);
      widen_sums(total, sum);
      left -= words, at += 4 * words;
    }
  }
  for (int p = 0; p < PIXELS; p++)
    for (int r = 0; r < 4; r++) vst1q_s32(pop + p * channels + 4 * r, vreinterpretq_s32_u32(total[p][r]));
}

static void pop_wide(const window *x, const uint8_t *w, int32_t *pop) {
  for (int from = 0; from < 64; from += 16)
    count_part(x, (const uint32_t *)w + from, pop + from, 64);
}

static void pop_narrow(const window *x, const uint8_t *w, int32_t *pop) {
  for (int from = 0; from < 32; from += 16)
    count_part(x, (const uint32_t *)w + from, pop + from, 32);
}

/* Eight compares, narrowed to bytes of which each keeps a bit of its own, and added up. */
static inline uint32_t le_mask(const int32_t *a, const int32_t *b) {
  static const uint8_t bit[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  const uint8x16_t bits = vld1q_u8(bit);
  uint16x8_t below[4];
  for (int i = 0; i < 4; i++) {
    const uint32x4_t low = vcleq_s32(vld1q_s32(a + 8 * i), vld1q_s32(b + 8 * i));
    const uint32x4_t high = vcleq_s32(vld1q_s32(a + 8 * i + 4), vld1q_s32(b + 8 * i + 4));
    below[i] = vuzp1q_u16(vreinterpretq_u16_u32(low), vreinterpretq_u16_u32(high));
  }
  const uint8x16_t first = vuzp1q_u8(vreinterpretq_u8_u16(below[0]), vreinterpretq_u8_u16(below[1]));
  const uint8x16_t last = vuzp1q_u8(vreinterpretq_u8_u16(below[2]), vreinterpretq_u8_u16(below[3]));
  uint8x16_t sum = vpaddq_u8(vandq_u8(first, bits), vandq_u8(last, bits));
  sum = vpaddq_u8(sum, sum);
  sum = vpaddq_u8(sum, sum);
  return vgetq_lane_u32(vreinterpretq_u32_u8(sum), 0);
}

static inline void narrow(const int32_t *q, int8_t *out) {
  for (int i = 0; i < WORD; i += 8)
    vst1_s8(out + i, vmovn_s16(vcombine_s16(vmovn_s32(vld1q_s32(q + i)), vmovn_s32(vld1q_s32(q + i + 4)))));
}

static inline void widen(const int8_t *r, int32_t *out) {
  for (int i = 0; i < WORD; i += 8) {
    const int16x8_t eight = vmovl_s8(vld1_s8(r + i));
    vst1q_s32(out + i, vmovl_s16(vget_low_s16(eight)));
    vst1q_s32(out + i + 4, vmovl_s16(vget_high_s16(eight)));
  }
}

#define LIMIT(v) ((lanes)vmaxq_f32(vminq_f32((float32x4_t)(v), vdupq_n_f32(127.0f)), vdupq_n_f32(-128.0f)))
#define BEND(v, s) ((lanes)vbslq_f32(vcltzq_f32((float32x4_t)(v)), (float32x4_t)((v) * (s)), (float32x4_t)(v)))

static inline int32x4_t add_pair(int32x4_t sum, int16x8_t a, int16x8_t b) {
  return vaddq_s32(sum, vpaddq_s32(vmull_s16(vget_low_s16(a), vget_low_s16(b)), vmull_high_s16(a, b)));
}

#define ADD_PAIR(sum, a, b) ((whole_lanes)add_pair((int32x4_t)(sum), (int16x8_t)(a), (int16x8_t)(b)))

static int supported(void) { return 1; } /* every AArch64 has it */

#define ISA neon
#define X_BYTES 4
#define WIDE_PIXELS PIXELS
#define NARROW_PIXELS PIXELS
#include "isa.inc"

const isa isa_neon = {"neon", supported, PIXELS, PIXELS, 4, 4, 0, lay_x_words, lay_w_words, conv_rows_neon, byte_rows_neon,
                     pack_rows_neon, pack_int8_rows_neon, last_rows_neon, NULL};
#endif
