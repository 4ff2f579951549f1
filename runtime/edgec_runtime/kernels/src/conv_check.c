/* What a model may ask of a convolution. */
#include "kernels.h"

static const float LARGEST = 1e9f; /* of a parameter, so that nothing overflows on the way */

static const char *check_levels(const int64_t *level, int count, int64_t *sum) {
  if (count < 1 || count > MAX_LEVELS) return "there must be 1 to 3 levels";
  *sum = 0;
  for (int i = 0; i < count; i++) {
    if (level[i] < 1 || level[i] >= MAX_DOT) return "a level must be from 1 to 2^24 - 1";
    *sum += level[i];
  }
  return NULL;
}

static const char *check_floats(const float *values, int count) {
  for (int c = 0; values && c < count; c++)
    if (!(values[c] >= -LARGEST && values[c] <= LARGEST)) return "scale, bias, slope and shift must be from -1e9 to 1e9";
  return NULL;
}

static const char *check_bounds(const conv_model *m) {
  if (m->thresholds != 0 && levels_of(m->thresholds) == 0) return "there must be 1, 3 or 7 thresholds a channel";
  for (int t = 1; t < m->thresholds; t++)
    for (int c = 0; c < m->outs; c++)
      if (m->bounds[(int64_t)t * m->outs + c] < m->bounds[(int64_t)(t - 1) * m->outs + c])
        return "the thresholds of a channel must ascend";
  return NULL;
}

static const char *check_sums(const conv_model *m) {
  const char *wrong;
  int64_t x_sum, w_sum;
  if ((wrong = check_levels(m->x_level, m->x_levels, &x_sum)) || (wrong = check_levels(m->w_level, m->w_levels, &w_sum)))
    return wrong;
  if (x_sum * w_sum > (MAX_DOT - 1) / (m->kernel * m->kernel * m->channels))
    return "the levels are too large: a dot product may reach 2^24";
  return NULL;
}

static const char *check_up(const conv_model *m) {
  if (m->up_channels % WORD || (m->channels - m->up_channels) % WORD || m->up_channels >= m->channels)
    return "what is joined must be multiples of 32 channels, of both";
  return NULL;
}

static const char *check_bytes(const conv_model *m) {
  return m->channels > MAX_BYTES ? "there must be 1 to 16 channels of bytes" : NULL;
}

const char *conv_check(const conv_model *m) {
  const char *wrong;
  if (m->kernel != 1 && m->kernel != 3) return "the kernel must be 1x1 or 3x3";
  if (m->channels < 1 || m->channels > MAX_CHANNELS || m->outs < 1 || m->outs > MAX_CHANNELS)
    return "there must be 1 to 4096 channels in and out";
  if ((wrong = m->bytes ? check_bytes(m) : check_sums(m))) return wrong;
  if (m->up_channels && (wrong = check_up(m))) return wrong;
  if ((wrong = check_bounds(m))) return wrong;
  const float *const values[] = {m->scale, m->bias, m->slope, m->shift, m->shortcut_scale};
  for (int i = 0; i < 5; i++)
    if ((wrong = check_floats(values[i], m->outs))) return wrong;
  return NULL;
}

static double magnitude(const float *values, int o) {
  if (!values) return 0;
  return values[o] < 0 ? -(double)values[o] : (double)values[o];
}

int conv_within_int32(const conv_model *m) {
  double dot = m->bytes ? 255.0 * 128 : 0;
  for (int i = 0; i < m->x_levels; i++)
    for (int j = 0; j < m->w_levels; j++) dot += (double)m->x_level[i] * (double)m->w_level[j];
  dot *= m->kernel * m->kernel * m->channels;
  for (int o = 0; m->form == TO_INT8 && o < m->outs; o++) {
    const double sum = dot * magnitude(m->scale, o) + magnitude(m->bias, o) + 128 * magnitude(m->shortcut_scale, o);
    const double slope = magnitude(m->slope, o);
    if (sum * (slope < 1 ? 1 : slope) + magnitude(m->shift, o) > INT32_MAX / 2) return 0; /* with room for roundings */
  }
  return 1;
}
