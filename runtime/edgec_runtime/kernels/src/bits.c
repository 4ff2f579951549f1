/* Packed bits: turned into floats, pooled and enlarged. */
#include <string.h>

#include "kernels.h"

void unpack_rows(const int32_t *x, const int64_t *levels, float *out, int levels_count, int channels, int64_t plane,
                 int64_t from, int64_t to) {
  const int words = words_of(channels);
  for (int c = 0; c < channels; c++)
    for (int64_t pixel = from; pixel < to; pixel++) {
      int64_t value = 0;
      for (int level = 0; level < levels_count; level++) {
        const uint32_t word = (uint32_t)x[(pixel * levels_count + level) * words + c / WORD];
        value += word >> c % WORD & 1 ? levels[level] : -levels[level];
      }
      out[c * plane + pixel] = (float)value;
    }
}

/* The largest code of four: from the highest bit down, those that lack a bit that another has are out. */
static void max_of_four(const int32_t *const four[4], int32_t *out, int levels, int words) {
  for (int k = 0; k < words; k++) {
    int32_t in[4] = {-1, -1, -1, -1};
    for (int level = 0; level < levels; level++) {
      int32_t most = 0;
      for (int i = 0; i < 4; i++) most |= in[i] & four[i][level * words + k];
      for (int i = 0; i < 4; i++) in[i] &= ~(four[i][level * words + k] ^ most);
      out[level * words + k] = most;
    }
  }
}

/* The same of a row of single words and one level, as vectors. */
static void or_row(const int32_t *top, const int32_t *below, int32_t *out, int64_t count) {
  for (int64_t c = 0; c < count; c++) out[c] = top[2 * c] | top[2 * c + 1] | below[2 * c] | below[2 * c + 1];
}

void max_pool_rows(const int32_t *x, int32_t *out, extent out_size, extent in_size, int levels, int words, int64_t from,
                   int64_t to) {
  const int64_t pixel = (int64_t)levels * words, row = in_size.w * pixel;
  for (int64_t r = from; r < to; r++) {
    const int32_t *top = x + (r / out_size.h * in_size.h + r % out_size.h * 2) * row;
    if (pixel == 1) {
      or_row(top, top + row, out + r * out_size.w, out_size.w);
      continue;
    }
    for (int64_t c = 0; c < out_size.w; c++, top += 2 * pixel) {
      const int32_t *const four[4] = {top, top + pixel, top + row, top + row + pixel};
      max_of_four(four, out + (r * out_size.w + c) * pixel, levels, words);
    }
  }
}

void upsample_rows(const int32_t *x, int32_t *out, extent out_size, int64_t pixel, int64_t from, int64_t to) {
  const int64_t width = out_size.w / 2, height = out_size.h / 2;
  for (int64_t r = from; r < to; r++) {
    const int32_t *row = x + (r / out_size.h * height + r % out_size.h / 2) * width * pixel;
    for (int64_t c = 0; c < out_size.w; c++)
      memcpy(out + (r * out_size.w + c) * pixel, row + c / 2 * pixel, (size_t)pixel * sizeof *x);
  }
}
