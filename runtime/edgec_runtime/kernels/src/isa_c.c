/* Plain C, for processors without anything better: the compiler turns the inner loops into what vectors there are. */
#include "isa_words.inc"

static inline uint32_t ones(uint32_t v) {
  v -= v >> 1 & 0x55555555u;
  v = (v & 0x33333333u) + (v >> 2 & 0x33333333u);
  v = (v + (v >> 4)) & 0x0f0f0f0fu;
  v += v >> 8;
  return (v + (v >> 16)) & 0x3fu;
}

static inline __attribute__((always_inline)) void count_words(const window *x, const uint8_t *w, int32_t *pop,
                                                              const int channels, const int pixels) {
  const uint32_t *weights = (const uint32_t *)w;
  memset(pop, 0, (size_t)(pixels * channels) * sizeof *pop);
  for (int r = 0; r < x->rows; r++)
    for (int k = 0; k < x->run; k++, weights += channels)
      for (int p = 0; p < pixels; p++) {
        const uint32_t v = ((const uint32_t *)(x->at + r * x->pitch + p * x->pixel))[k];
        for (int o = 0; o < channels; o++) pop[p * channels + o] += (int32_t)ones(v ^ weights[o]);
      }
}

enum { PIXELS = 4 };

static void pop_wide(const window *x, const uint8_t *w, int32_t *pop) {
  count_words(x, w, pop, 64, PIXELS);
}

static void pop_narrow(const window *x, const uint8_t *w, int32_t *pop) {
  count_words(x, w, pop, 32, PIXELS);
}

static uint32_t le_mask(const int32_t *a, const int32_t *b) {
  uint32_t mask = 0;
  for (int i = 0; i < WORD; i++) mask |= (uint32_t)(a[i] <= b[i]) << i;
  return mask;
}

static inline void narrow(const int32_t *q, int8_t *out) {
  for (int i = 0; i < WORD; i++) out[i] = (int8_t)q[i];
}

static inline void widen(const int8_t *r, int32_t *out) {
  for (int i = 0; i < WORD; i++) out[i] = r[i];
}

static int supported(void) { return 1; }

#define ISA c
#define X_BYTES 4
#define WIDE_PIXELS 4
#define NARROW_PIXELS 4
#include "isa.inc"

const isa isa_c = {"c", supported, PIXELS, PIXELS, 4, 4, 0, lay_x_words, lay_w_words, conv_rows_c, byte_rows_c,
                     pack_rows_c, pack_int8_rows_c, last_rows_c, NULL};
