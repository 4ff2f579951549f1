/* StreamConvFloat: checked, made and run. */
#include <stdlib.h>
#include <string.h>

#include "ort_op.h"

enum { X, W, SCALE, BIAS, PIXELS_A_PIECE = 1024 };

static ort_status *read_weights(const kernel *k, const ort_info *info, tensor *w) {
  TRY(read_constant(k, info, W, 2, w));
  if (w->sizes[0] < 1 || w->sizes[0] > MAX_CHANNELS || w->sizes[1] < 1 || w->sizes[1] > MAX_CHANNELS)
    return refuse(k, "w is %lldx%lld; expected OC x C, both up to %d", (long long)w->sizes[0], (long long)w->sizes[1],
                  MAX_CHANNELS);
  return NULL;
}

ort_status *make_last(kernel *k, const ort_info *info) {
  tensor w, vectors[2];
  TRY(choose_isa(k));
  TRY(read_weights(k, info, &w));
  const size_t outs = (size_t)w.sizes[0], count = (size_t)w.count;
  for (int i = 0; i < 2; i++) TRY(read_vector(k, info, SCALE + i, (int)outs, &vectors[i]));
  last_conv *c = k->last = malloc(sizeof *c + 2 * outs * sizeof(float) + count * sizeof(int16_t));
  if (!c) return refuse(k, "out of memory");
  float *const scale = (float *)(c + 1), *const bias = scale + outs;
  int16_t *const weights = (int16_t *)(bias + outs);
  *c = (last_conv){(int)w.sizes[1], (int)outs, weights, scale, bias};
  memcpy(scale, vectors[0].data, outs * sizeof *scale);
  memcpy(bias, vectors[1].data, outs * sizeof *bias);
  for (size_t i = 0; i < count; i++) weights[i] = ((const int8_t *)w.data)[i];
  return NULL;
}

typedef struct { const kernel *kernel; const int8_t *x; float *out; int64_t plane, each; } job;

static void last_piece(void *given, size_t number) {
  const job *j = given;
  const last_conv *c = j->kernel->last;
  const int64_t image = (int64_t)number / j->each, from = (int64_t)number % j->each * PIXELS_A_PIECE;
  const int64_t to = from + PIXELS_A_PIECE < j->plane ? from + PIXELS_A_PIECE : j->plane;
  const int8_t *x = j->x + image * j->plane * c->channels;
  j->kernel->isa->last_rows(c, x, j->out + image * j->plane * c->outs, j->plane, from, to);
}

ort_status *run_last(const kernel *k, ort_context *context) {
  tensor x;
  void *out;
  TRY(read_input(k, context, X, 4, &x));
  const int64_t *s = x.sizes;
  if (s[3] != k->last->channels) return refuse(k, "x has %lld channels; expected %d", (long long)s[3], k->last->channels);
  const int64_t sizes[] = {s[0], k->last->outs, s[1], s[2]};
  TRY(make_output(k, context, 0, 4, sizes, &out));
  job j = {k, x.data, out, s[1] * s[2], (s[1] * s[2] + PIXELS_A_PIECE - 1) / PIXELS_A_PIECE};
  return in_parallel(k, context, s[0] * j.each, last_piece, &j);
}
