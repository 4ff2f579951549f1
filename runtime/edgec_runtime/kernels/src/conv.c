/* A convolution is laid out once, when a network is loaded. */
#include "kernels.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64 };

/* One block of memory, handed out in aligned parts; counted in a first pass without memory. */
typedef struct { uint8_t *at; size_t used; } arena;

static void *take(arena *a, size_t bytes) {
  void *part = a->at ? a->at + a->used : NULL;
  a->used += (bytes + ALIGN - 1) / ALIGN * ALIGN;
  return part;
}

static void lay_memory(conv *c, const conv_model *m, arena *a) {
  const size_t outs = (size_t)c->outs_padded, borders = c->form == TO_BITS ? BORDERS : 1;
  c->weights = take(a, (size_t)c->w_plane * (size_t)c->w_levels);
  c->taps = m->bytes ? take(a, (size_t)(c->kernel * tap_pairs(c->kernel, c->channels) * 2) * outs * sizeof(int16_t)) : NULL;
  c->base = take(a, m->bytes ? 0 : BORDERS * outs * sizeof(int32_t));
  c->bounds = take(a, borders * (size_t)c->thresholds * outs * sizeof(int32_t));
  c->scale = m->scale ? take(a, outs * sizeof(float)) : NULL;
  c->bias = m->bias ? take(a, outs * sizeof(float)) : NULL;
  c->slope = m->slope ? take(a, outs * sizeof(float)) : NULL;
  c->shift = m->shift ? take(a, outs * sizeof(float)) : NULL;
  c->shortcut_scale = m->shortcut_scale ? take(a, outs * sizeof(float)) : NULL;
}

/* 0 beyond the channels, in and out. */
static uint32_t weight_word(const conv_model *m, int out, int tap, int level, int word) {
  if (out >= m->outs) return 0;
  const int words = words_of(m->channels), used = m->channels - word * WORD;
  const int64_t place = (((int64_t)out * m->kernel * m->kernel + tap) * m->w_levels + level) * words + word;
  return (uint32_t)m->weights[place] & (used >= WORD ? UINT32_MAX : (1u << used) - 1);
}

static void lay_words(const conv *c, const conv_model *m, int out, int level, uint32_t *to) {
  const int taps = c->kernel * c->kernel;
  for (int tap = 0; tap < taps; tap++)
    for (int k = 0; k < c->own_words; k++) *to++ = weight_word(m, out, tap, level, k);
  for (int tap = 0; tap < taps; tap++)
    for (int k = c->own_words; k < c->words; k++) *to++ = weight_word(m, out, tap, level, k);
}

/* In each run, in place of the second of two words the exclusive or of both. */
static void pair_words(uint32_t *words, int count, int run) {
  for (int from = 0; from < count; from += run)
    for (int k = from + 1; k < from + run; k += 2) words[k] ^= words[k - 1];
}

static int lay_weights(conv *c, const conv_model *m) {
  const int taps = c->kernel * c->kernel, count = taps * c->words, own = taps * c->own_words;
  uint32_t *tile = malloc((size_t)count * (size_t)c->tile * sizeof *tile);
  if (!tile) return 0;
  for (int level = 0; level < c->w_levels; level++)
    for (int from = 0; from < c->outs_padded; from += c->tile) {
      for (int o = 0; o < c->tile; o++) {
        uint32_t *to = tile + (int64_t)o * count;
        lay_words(c, m, from + o, level, to);
        if (c->paired) pair_words(to, own, c->kernel * c->own_words);
        if (c->up_paired) pair_words(to + own, count - own, c->up_words);
      }
      c->isa->lay_w(c->weights + level * c->w_plane + (int64_t)from * count * c->isa->w_bytes, tile, count, c->tile);
    }
  free(tile);
  return 1;
}

static void lay_taps(conv *c, const conv_model *m) {
  const int run = c->kernel * c->channels, pairs = tap_pairs(c->kernel, c->channels);
  int16_t *to = c->taps;
  for (int row = 0; row < c->kernel; row++)
    for (int pair = 0; pair < pairs; pair++)
      for (int o = 0; o < c->outs_padded; o++)
        for (int k = 2 * pair; k < 2 * pair + 2; k++)
          *to++ = o < c->outs && k < run ? m->bytes[((int64_t)o * c->kernel + row) * run + k] : 0;
}

static int outside(int kernel, int tap, int border) {
  if (kernel == 1) return 0;
  const int row = tap / 3, column = tap % 3;
  return (row == 0 && border & 1) || (row == 2 && border & 2) || (column == 0 && border & 4) || (column == 2 && border & 8);
}

/* A tap beyond the border meets zero words, of which the pop count knows the weight's ones: they are taken off again. */
static int64_t border_base(const conv *c, const conv_model *m, int out, int border) {
  int64_t base = 0;
  for (int tap = 0; tap < c->kernel * c->kernel; tap++)
    for (int j = 0; j < c->w_levels; j++) {
      int64_t part = c->channels;
      if (outside(c->kernel, tap, border)) {
        part = 0;
        for (int k = 0; k < c->words; k++) part += 2 * __builtin_popcount(weight_word(m, out, tap, j, k));
      }
      for (int i = 0; i < c->x_levels; i++) base += part * c->factor[i][j];
    }
  return base;
}

/* dot >= threshold is pop <= (base - threshold) / 2, rounded down. */
static int32_t bound_of(int64_t base, int64_t threshold) {
  const int64_t twice = base - threshold, half = twice >= 0 ? twice / 2 : -((1 - twice) / 2);
  return half > INT32_MAX ? INT32_MAX : half < INT32_MIN ? INT32_MIN : (int32_t)half;
}

/* Of a channel out, at all borders. */
static void lay_bases(conv *c, const conv_model *m, int out) {
  for (int border = 0; border < BORDERS; border++) {
    const int64_t base = border_base(c, m, out, border);
    c->base[border * c->outs_padded + out] = (int32_t)(c->plain ? base / 2 : base);
    for (int t = 0; c->form == TO_BITS && t < c->thresholds; t++)
      c->bounds[(border * c->thresholds + t) * c->outs_padded + out] =
          out < c->outs ? bound_of(base, m->bounds[(int64_t)t * c->outs + out]) : INT32_MIN;
  }
}

/* A stream may be limited after it is compared: what its ends reach, all beyond them do, too. */
static int32_t stream_bound(int32_t bound) {
  return bound <= INT8_MIN ? INT32_MIN : bound > INT8_MAX ? INT32_MAX : bound;
}

static void lay_tables(conv *c, const conv_model *m) {
  for (int o = 0; !m->bytes && o < c->outs_padded; o++) lay_bases(c, m, o);
  for (int t = 0; c->form == TO_INT8 && t < c->thresholds; t++)
    for (int o = 0; o < c->outs_padded; o++)
      c->bounds[t * c->outs_padded + o] = o < c->outs ? stream_bound(m->bounds[(int64_t)t * c->outs + o]) : INT32_MAX;
}

/* So that a dot product is a difference, where it is wanted as a number. */
static void double_factors(conv *c) {
  for (int i = 0; !c->plain && i < c->x_levels; i++)
    for (int j = 0; j < c->w_levels; j++) c->factor[i][j] *= 2;
  for (int o = 0; c->plain && o < c->outs; o++) c->scale[o] *= 2;
}

static void lay_floats(conv *c, const conv_model *m) {
  float *const to[] = {c->scale, c->bias, c->slope, c->shift, c->shortcut_scale};
  const float *const from[] = {m->scale, m->bias, m->slope, m->shift, m->shortcut_scale};
  for (int i = 0; i < 5; i++) {
    if (!to[i]) continue;
    memset(to[i], 0, (size_t)c->outs_padded * sizeof(float));
    memcpy(to[i], from[i], (size_t)c->outs * sizeof(float));
  }
}

static void set_sizes(conv *c, const conv_model *m, const isa *isa) {
  c->isa = isa, c->form = m->form, c->kernel = m->kernel;
  c->channels = m->channels, c->words = words_of(m->channels);
  c->outs = m->outs, c->outs_padded = words_of(m->outs) * WORD;
  c->tile = c->outs_padded % 64 == 0 && !m->bytes ? 64 : 32;
  c->pixels = m->bytes ? BYTE_PIXELS : c->tile == 64 ? isa->wide_pixels : isa->narrow_pixels;
  c->zero = m->zero;
  c->x_levels = m->x_levels, c->w_levels = m->w_levels;
  for (int i = 0; i < c->x_levels; i++)
    for (int j = 0; j < c->w_levels; j++) c->factor[i][j] = (int32_t)(m->x_level[i] * m->w_level[j]);
  const int one = c->x_levels == 1 && c->w_levels == 1 && c->factor[0][0] == 1;
  c->plain = one && (c->form == TO_BITS || c->channels % 2 == 0); /* of an even number of channels bases are even */
  c->up_words = m->up_channels / WORD;
  c->apart = c->up_words && c->kernel == 3 && c->plain;
  c->own_words = c->apart ? c->words - c->up_words : c->words;
  c->paired = isa->paired && c->kernel * c->kernel * c->own_words >= isa->paired;
  c->up_paired = isa->paired && c->apart && c->up_words >= isa->paired;
  c->thresholds = m->thresholds, c->out_levels = levels_of(m->thresholds);
  c->w_plane = (int64_t)c->kernel * c->kernel * c->words * c->outs_padded * isa->w_bytes;
}

const char *conv_make(const conv_model *model, const isa *isa, conv **made) {
  const char *wrong = conv_check(model);
  if (wrong) return wrong;
  conv *c = calloc(1, sizeof *c);
  if (!c) return "out of memory";
  set_sizes(c, model, isa->beyond_int32 && !conv_within_int32(model) ? isa->beyond_int32 : isa);
  arena needed = {NULL, 0};
  lay_memory(c, model, &needed);
  if (posix_memalign(&c->memory, ALIGN, needed.used)) c->memory = NULL;
  arena given = {c->memory, 0};
  if (c->memory) lay_memory(c, model, &given);
  if (!c->memory || !lay_weights(c, model)) {
    conv_free(c);
    return "out of memory";
  }
  if (c->taps) lay_taps(c, model);
  lay_tables(c, model);
  lay_floats(c, model);
  if (c->form != TO_BITS) double_factors(c);
  *made = c;
  return NULL;
}

void conv_free(conv *made) {
  if (!made) return;
  free(made->memory);
  free(made);
}
