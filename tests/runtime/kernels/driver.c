/* Runs the kernels on random sizes with exact buffers, so that the sanitizers see each read and write beyond them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

static uint64_t state = 88172645463325252u;

static uint32_t next(void) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (uint32_t)(state >> 16);
}

static int up_to(int most) { return 1 + (int)(next() % (uint32_t)most); }

static void *random_words(int64_t count) {
  uint32_t *words = malloc((size_t)count * 4 + 1);
  for (int64_t i = 0; i < count; i++) words[i] = next();
  return words;
}

static float *random_floats(int count) {
  float *values = malloc((size_t)count * sizeof *values);
  for (int i = 0; i < count; i++) values[i] = (float)(next() % 2000) / 100 - 10;
  return values;
}

static int32_t *ascending(int rows, int columns) {
  int32_t *values = malloc((size_t)rows * (size_t)columns * sizeof *values);
  for (int i = 0; i < rows * columns; i++) values[i] = (i < columns ? -100 : values[i - columns]) + (int)(next() % 60);
  return values;
}

/* `joins`: words of channels that come from half the height and width. */
static void convolve(const isa *isa, form form, int adds, int joins) {
  static const int counts[] = {1, 3, 7};
  conv_model m = {.form = form, .kernel = next() % 2 ? 3 : 1, .channels = up_to(130), .outs = up_to(130),
                  .x_levels = up_to(3), .w_levels = up_to(3), .thresholds = form == TO_FLOAT ? 0 : counts[next() % 3],
                  .x_level = {4, 2, 1}, .w_level = {5, 2, 1}};
  extent e = {up_to(2), up_to(20), up_to(30)};
  if (joins) {
    e.h += e.h % 2, e.w += e.w % 2;
    m.up_channels = joins * WORD, m.channels = m.up_channels + WORD * up_to(3);
    if (next() % 2) m.kernel = 3, m.x_levels = m.w_levels = 1, m.x_level[0] = m.w_level[0] = 1; /* taps are counted apart */
  }
  const int64_t pixels = e.n * e.h * e.w;
  int32_t *up = joins ? random_words(pixels / 4 * m.x_levels * joins) : NULL;
  int32_t *w = random_words((int64_t)m.outs * m.kernel * m.kernel * m.w_levels * words_of(m.channels));
  int32_t *x = random_words(pixels * m.x_levels * (words_of(m.channels) - joins)), *bounds = ascending(7, m.outs);
  float *vectors[5];
  for (int i = 0; i < 5; i++) vectors[i] = random_floats(m.outs);
  m.weights = w, m.bounds = bounds;
  if (form != TO_BITS) m.scale = vectors[0], m.bias = vectors[1], m.slope = vectors[2], m.shift = vectors[3];
  if (adds) m.shortcut_scale = vectors[4];
  conv *c;
  const char *wrong = conv_make(&m, isa, &c);
  if (wrong) printf("%s\n", wrong), exit(1);
  int8_t *shortcut = malloc((size_t)(pixels * m.outs)), *stream = malloc((size_t)(pixels * m.outs));
  memset(shortcut, 7, (size_t)(pixels * m.outs));
  int32_t *bits = malloc((size_t)(pixels * 3 * words_of(m.outs)) * 4);
  float *floats = malloc((size_t)(pixels * m.outs) * 4);
  const int unread = next() % 4; /* 0: of a stream's outputs the bits, 1: the stream */
  const conv_call call = {c, e, x, up, NULL, adds ? shortcut : NULL, form == TO_INT8 && unread == 0 ? NULL : bits,
                          unread == 1 ? NULL : stream, floats};
  for (int64_t piece = conv_pieces(c, e); piece--;)
    if (!conv_piece(&call, piece)) exit(1);
  conv_free(c);
  for (int i = 0; i < 5; i++) free(vectors[i]);
  free(w), free(x), free(up), free(bounds), free(shortcut), free(stream), free(bits), free(floats);
}

static void convolve_bytes(const isa *isa) {
  static const int counts[] = {1, 3, 7};
  conv_model m = {.form = TO_INT8, .kernel = next() % 2 ? 3 : 1, .channels = up_to(16), .outs = up_to(130),
                  .thresholds = counts[next() % 3], .zero = -128};
  const extent e = {up_to(2), up_to(20), up_to(30)};
  const int64_t pixels = e.n * e.h * e.w, weights = (int64_t)m.outs * m.kernel * m.kernel * m.channels;
  int8_t *w = malloc((size_t)weights), *x = malloc((size_t)(pixels * m.channels)), *stream = malloc((size_t)(pixels * m.outs));
  for (int64_t i = 0; i < weights; i++) w[i] = (int8_t)next();
  for (int64_t i = 0; i < pixels * m.channels; i++) x[i] = (int8_t)next();
  int32_t *bounds = ascending(7, m.outs), *bits = malloc((size_t)(pixels * 3 * words_of(m.outs)) * 4);
  float *vectors[4];
  for (int i = 0; i < 4; i++) vectors[i] = random_floats(m.outs);
  m.bytes = w, m.bounds = bounds;
  m.scale = vectors[0], m.bias = vectors[1], m.slope = vectors[2], m.shift = vectors[3];
  conv *c;
  const char *wrong = conv_make(&m, isa, &c);
  if (wrong) printf("%s\n", wrong), exit(1);
  const conv_call call = {.conv = c, .size = e, .bytes = x, .bits = bits, .stream = stream};
  for (int64_t piece = conv_pieces(c, e); piece--;)
    if (!conv_piece(&call, piece)) exit(1);
  conv_free(c);
  for (int i = 0; i < 4; i++) free(vectors[i]);
  free(w), free(x), free(stream), free(bounds), free(bits);
}

static void pack(const isa *isa) {
  const int channels = up_to(100), plane = up_to(700);
  float *x = random_floats(channels * plane), *thresholds = random_floats(channels);
  int32_t *out = malloc((size_t)(plane * words_of(channels)) * 4);
  isa->pack_rows(x, thresholds, out, 1, channels, plane, 0, plane);
  free(x), free(thresholds), free(out);
}

static void convolve_last(const isa *isa) {
  const int channels = up_to(100), outs = up_to(5), plane = up_to(700);
  int8_t *x = malloc((size_t)(channels * plane));
  int16_t *w = malloc((size_t)(channels * outs) * sizeof *w);
  for (int i = 0; i < channels * plane; i++) x[i] = (int8_t)next();
  for (int i = 0; i < channels * outs; i++) w[i] = (int8_t)next();
  float *scale = random_floats(outs), *bias = random_floats(outs), *out = malloc((size_t)(outs * plane) * sizeof *out);
  const last_conv c = {channels, outs, w, scale, bias};
  isa->last_rows(&c, x, out, plane, 0, plane);
  free(x), free(w), free(scale), free(bias), free(out);
}

static void resize(void) {
  const int words = up_to(4), levels = up_to(3), h = up_to(9), w = up_to(9);
  const extent in = {1, h, w}, half = {1, h / 2, w / 2}, twice = {1, 2 * h, 2 * w};
  const int64_t pixel = (int64_t)levels * words;
  int32_t *x = random_words(h * w * pixel), *y = malloc((size_t)(4 * h * w * pixel) * 4);
  upsample_rows(x, y, twice, pixel, 0, 2 * h);
  max_pool_rows(x, y, half, in, levels, words, 0, h / 2);
  free(x), free(y);
}

int main(void) {
  for (int i = 0; isa_all[i]; i++) {
    if (!isa_all[i]->supported()) continue;
    for (int round = 0; round < 60; round++) {
      for (int joins = 0; joins < 3; joins++) {
        convolve(isa_all[i], TO_BITS, 0, joins);
        convolve(isa_all[i], TO_FLOAT, 0, joins);
        convolve(isa_all[i], TO_INT8, 0, joins);
        convolve(isa_all[i], TO_INT8, 1, joins);
      }
      convolve_bytes(isa_all[i]);
      convolve_last(isa_all[i]);
      pack(isa_all[i]);
      resize();
    }
    puts(isa_all[i]->name);
  }
  return 0;
}
