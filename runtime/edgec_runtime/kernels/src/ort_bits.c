/* BitPack, BitPackInt8, BitUnpack, BitMaxPool and BitUpsample: checked and run. */
#include <stdlib.h>
#include <string.h>

#include "ort_op.h"

enum { PIXELS_A_PIECE = 1024, ROWS_A_PIECE = 16 };

/* What a thread needs; `from` and `to` of a piece are pixels of one image, or rows of all. */
typedef struct {
  const kernel *kernel;
  const void *x;
  void *out;
  extent in, size;
  int64_t plane, total, step;
  int levels, words;
} job;

static int64_t end_of(const job *j, int64_t from) { return from + j->step < j->total ? from + j->step : j->total; }

static job of_pixels(const kernel *k, extent size) {
  return (job){.kernel = k, .size = size, .plane = size.h * size.w, .total = size.h * size.w, .step = PIXELS_A_PIECE};
}

static int64_t pieces(const job *j, int64_t repeats) {
  return j->total ? repeats * ((j->total + j->step - 1) / j->step) : 0;
}

ort_status *make_nothing(kernel *k, const ort_info *info) {
  (void)k, (void)info;
  return NULL;
}

static const char *check_ascending(const tensor *t, int type) {
  for (int64_t i = t->sizes[1]; i < t->count; i++) {
    const int64_t below = i - t->sizes[1];
    if (type == FLOAT ? !(((const float *)t->data)[i] >= ((const float *)t->data)[below])
                      : ((const int32_t *)t->data)[i] < ((const int32_t *)t->data)[below])
      return "the thresholds of a channel must ascend";
  }
  return NULL;
}

ort_status *make_pack(kernel *k, const ort_info *info) {
  tensor t;
  TRY(choose_isa(k));
  TRY(read_constant(k, info, 1, 2, &t));
  if (t.sizes[0] > MAX_THRESHOLDS || levels_of((int)t.sizes[0]) == 0 || t.sizes[1] < 1 || t.sizes[1] > MAX_CHANNELS)
    return refuse(k, "the thresholds are %lldx%lld; expected 1, 3 or 7 for each of up to %d channels",
                  (long long)t.sizes[0], (long long)t.sizes[1], MAX_CHANNELS);
  const char *wrong = check_ascending(&t, k->op->input_types[1]);
  if (wrong) return refuse(k, "%s", wrong);
  k->thresholds = (int)t.sizes[0], k->levels = levels_of(k->thresholds), k->channels = (int)t.sizes[1];
  k->bounds = malloc((size_t)t.count * 4);
  if (!k->bounds) return refuse(k, "out of memory");
  memcpy(k->bounds, t.data, (size_t)t.count * 4);
  return NULL;
}

static ort_status *check_channels(const kernel *k, int64_t found) {
  return found == k->channels ? NULL : refuse(k, "x has %lld channels; expected %d", (long long)found, k->channels);
}

static ort_status *packed_output(const kernel *k, ort_context *context, job *j) {
  const int64_t sizes[] = {j->size.n, j->size.h, j->size.w, k->levels, words_of(k->channels)};
  return make_output(k, context, 0, 5, sizes, &j->out);
}

static void pack_piece(void *given, size_t number) {
  const job *j = given;
  const kernel *k = j->kernel;
  const int64_t each = pieces(j, 1), image = (int64_t)number / each, from = (int64_t)number % each * j->step;
  const int64_t pixel = (int64_t)k->levels * words_of(k->channels);
  const float *x = (const float *)j->x + image * k->channels * j->plane;
  int32_t *out = (int32_t *)j->out + image * j->plane * pixel;
  k->isa->pack_rows(x, k->bounds, out, k->thresholds, k->channels, j->plane, from, end_of(j, from));
}

ort_status *run_pack(const kernel *k, ort_context *context) {
  tensor x;
  TRY(read_input(k, context, 0, 4, &x));
  TRY(check_channels(k, x.sizes[1]));
  job j = of_pixels(k, (extent){x.sizes[0], x.sizes[2], x.sizes[3]});
  j.x = x.data;
  TRY(packed_output(k, context, &j));
  return in_parallel(k, context, pieces(&j, j.size.n), pack_piece, &j);
}

static void pack_int8_piece(void *given, size_t number) {
  const job *j = given;
  const kernel *k = j->kernel;
  const int64_t from = (int64_t)number * j->step;
  k->isa->pack_int8_rows(j->x, k->bounds, j->out, k->thresholds, k->channels, from, end_of(j, from));
}

ort_status *run_pack_int8(const kernel *k, ort_context *context) {
  tensor x;
  TRY(read_input(k, context, 0, 4, &x));
  TRY(check_channels(k, x.sizes[3]));
  job j = of_pixels(k, (extent){x.sizes[0], x.sizes[1], x.sizes[2]});
  j.x = x.data, j.total *= j.size.n;
  TRY(packed_output(k, context, &j));
  return in_parallel(k, context, pieces(&j, 1), pack_int8_piece, &j);
}

ort_status *make_unpack(kernel *k, const ort_info *info) {
  TRY(read_int(k, info, "channels", 1, MAX_CHANNELS, &k->channels));
  TRY(read_levels(k, info, "levels", k->level, &k->levels));
  int64_t sum = 0;
  for (int i = 0; i < k->levels; i++) sum += k->level[i];
  return sum < MAX_DOT ? NULL : refuse(k, "the levels are too large: their sum may not reach 2^24");
}

static void unpack_piece(void *given, size_t number) {
  const job *j = given;
  const kernel *k = j->kernel;
  const int64_t each = pieces(j, 1), image = (int64_t)number / each, from = (int64_t)number % each * j->step;
  const int64_t pixel = (int64_t)k->levels * words_of(k->channels);
  const int32_t *x = (const int32_t *)j->x + image * j->plane * pixel;
  float *out = (float *)j->out + image * k->channels * j->plane;
  unpack_rows(x, k->level, out, k->levels, k->channels, j->plane, from, end_of(j, from));
}

ort_status *run_unpack(const kernel *k, ort_context *context) {
  tensor x;
  TRY(read_input(k, context, 0, 5, &x));
  if (x.sizes[3] != k->levels || x.sizes[4] != words_of(k->channels))
    return refuse(k, "x has %lld levels of %lld words; expected %d of %d", (long long)x.sizes[3], (long long)x.sizes[4],
                  k->levels, words_of(k->channels));
  job j = of_pixels(k, (extent){x.sizes[0], x.sizes[1], x.sizes[2]});
  j.x = x.data;
  const int64_t sizes[] = {j.size.n, k->channels, j.size.h, j.size.w};
  TRY(make_output(k, context, 0, 4, sizes, &j.out));
  return in_parallel(k, context, pieces(&j, j.size.n), unpack_piece, &j);
}

static void max_pool_piece(void *given, size_t number) {
  const job *j = given;
  const int64_t from = (int64_t)number * j->step;
  max_pool_rows(j->x, j->out, j->size, j->in, j->levels, j->words, from, end_of(j, from));
}

static void upsample_piece(void *given, size_t number) {
  const job *j = given;
  const int64_t from = (int64_t)number * j->step;
  upsample_rows(j->x, j->out, j->size, (int64_t)j->levels * j->words, from, end_of(j, from));
}

/* Reads x and makes the output, whose height and width are x's times `up`, divided by `down`. */
static ort_status *resized(const kernel *k, ort_context *context, int up, int down, job *j) {
  tensor x;
  TRY(read_input(k, context, 0, 5, &x));
  if (x.sizes[3] < 1 || x.sizes[3] > MAX_LEVELS || x.sizes[4] < 1 || x.sizes[4] > words_of(MAX_CHANNELS))
    return refuse(k, "x has %lld levels of %lld words; expected up to %d of %d", (long long)x.sizes[3],
                  (long long)x.sizes[4], MAX_LEVELS, words_of(MAX_CHANNELS));
  j->x = x.data, j->in = (extent){x.sizes[0], x.sizes[1], x.sizes[2]};
  j->size = (extent){x.sizes[0], x.sizes[1] * up / down, x.sizes[2] * up / down};
  j->levels = (int)x.sizes[3], j->words = (int)x.sizes[4];
  j->total = j->size.n * j->size.h, j->step = ROWS_A_PIECE;
  const int64_t sizes[] = {j->size.n, j->size.h, j->size.w, j->levels, j->words};
  return make_output(k, context, 0, 5, sizes, &j->out);
}

ort_status *run_max_pool(const kernel *k, ort_context *context) {
  job j = {0};
  TRY(resized(k, context, 1, 2, &j));
  return in_parallel(k, context, pieces(&j, 1), max_pool_piece, &j);
}

ort_status *run_upsample(const kernel *k, ort_context *context) {
  job j = {0};
  TRY(resized(k, context, 2, 1, &j));
  return in_parallel(k, context, pieces(&j, 1), upsample_piece, &j);
}
