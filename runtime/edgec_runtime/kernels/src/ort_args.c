/* Reading what a node is given; nothing of it is trusted. */
#include <stdarg.h>
#include <stdio.h>

#include "ort_op.h"

ort_status *refuse(const kernel *k, const char *format, ...) {
  char text[256];
  int used = snprintf(text, sizeof text, "com.edgec %s: ", k->op->name);
  va_list words;
  va_start(words, format);
  vsnprintf(text + used, sizeof text - (size_t)used, format, words);
  va_end(words);
  return CREATE_STATUS(k->api)(INVALID_ARGUMENT, text);
}

ort_status *choose_isa(kernel *k) {
  k->isa = isa_choose();
  return k->isa ? NULL : refuse(k, "EDGEC_KERNEL_ISA names what this processor or library has not");
}

static ort_status *check_sizes(const kernel *k, int index, tensor *t) {
  t->count = 1;
  for (int i = 0; i < t->rank; i++) {
    if (t->sizes[i] < 0 || t->sizes[i] > MAX_SIZE) return refuse(k, "input %d is too large", index);
    t->count *= t->sizes[i];
    if (t->count > MAX_ELEMENTS) return refuse(k, "input %d is too large", index);
  }
  return NULL;
}

static ort_status *read_sizes(const kernel *k, const ort_shape *shape, int index, int rank, tensor *out) {
  size_t found;
  TRY(GET_RANK(k->api)(shape, &found));
  if (found != (size_t)rank) return refuse(k, "input %d has %zu dimensions; expected %d", index, found, rank);
  out->rank = rank;
  TRY(GET_SIZES(k->api)(shape, out->sizes, found));
  return check_sizes(k, index, out);
}

static ort_status *read_tensor(const kernel *k, const ort_value *value, int index, int rank, tensor *out) {
  ort_shape *shape;
  void *data;
  if (!value) return refuse(k, "input %d is missing", index);
  TRY(GET_SHAPE(k->api)(value, &shape));
  ort_status *wrong = read_sizes(k, shape, index, rank, out);
  RELEASE_SHAPE(k->api)(shape);
  if (wrong) return wrong;
  TRY(GET_DATA(k->api)(value, &data));
  out->data = data;
  return NULL;
}

ort_status *read_input(const kernel *k, ort_context *context, int index, int rank, tensor *out) {
  const ort_value *value;
  TRY(GET_INPUT(k->api)(context, (size_t)index, &value));
  return read_tensor(k, value, index, rank, out);
}

ort_status *read_constant(const kernel *k, const ort_info *info, int index, int rank, tensor *out) {
  const ort_value *value = NULL;
  int is_constant = 0;
  TRY(GET_CONSTANT(k->api)(info, (size_t)index, &is_constant, &value));
  if (!is_constant) return refuse(k, "input %d must be a constant of the network", index);
  return read_tensor(k, value, index, rank, out);
}

ort_status *read_vector(const kernel *k, const ort_info *info, int index, int count, tensor *out) {
  TRY(read_constant(k, info, index, 1, out));
  if (out->sizes[0] == count) return NULL;
  return refuse(k, "input %d has %lld values; expected %d", index, (long long)out->sizes[0], count);
}

ort_status *read_int(const kernel *k, const ort_info *info, const char *name, int64_t least, int64_t most, int *out) {
  int64_t value;
  TRY(GET_INT(k->api)(info, name, &value));
  if (value < least || value > most)
    return refuse(k, "%s is %lld; expected %lld to %lld", name, (long long)value, (long long)least, (long long)most);
  *out = (int)value;
  return NULL;
}

ort_status *read_levels(const kernel *k, const ort_info *info, const char *name, int64_t *out, int *count) {
  size_t size = 0;
  TRY(GET_INTS(k->api)(info, name, NULL, &size));
  if (size < 1 || size > MAX_LEVELS) return refuse(k, "%s has %zu values; expected 1 to %d", name, size, MAX_LEVELS);
  TRY(GET_INTS(k->api)(info, name, out, &size));
  for (size_t i = 0; i < size; i++)
    if (out[i] < 1 || out[i] >= MAX_DOT)
      return refuse(k, "%s holds %lld; expected 1 to %d", name, (long long)out[i], MAX_DOT - 1);
  *count = (int)size;
  return NULL;
}

ort_status *make_output(const kernel *k, ort_context *context, int index, int rank, const int64_t *sizes, void **data) {
  ort_value *value;
  int64_t count = 1;
  for (int i = 0; i < rank; i++) {
    count *= sizes[i];
    if (sizes[i] > MAX_SIZE || count > MAX_ELEMENTS) return refuse(k, "output %d would be too large", index);
  }
  TRY(GET_OUTPUT(k->api)(context, (size_t)index, sizes, (size_t)rank, &value));
  *data = NULL;
  if (!value) return NULL;
  return GET_DATA(k->api)(value, data);
}

ort_status *in_parallel(const kernel *k, ort_context *context, int64_t pieces, void (*work)(void *, size_t), void *job) {
  if (pieces == 0) return NULL;
  return PARALLEL_FOR(k->api)(context, work, (size_t)pieces, 0, job);
}
