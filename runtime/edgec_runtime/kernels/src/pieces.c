/* A convolution is computed in pieces: bands of rows, laid out for the instruction set, that stay in the cache. */
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

enum { ALIGN = 64, BAND_BYTES = 128 * 1024, LEAST_PIECES = 8, LEAST_APART = 4, LEAST_ROWS = 4 };

static int64_t pixel_bytes(const conv *c) {
  return c->taps ? c->channels * (int64_t)sizeof(int16_t) : (int64_t)c->own_words * c->isa->x_bytes;
}

static int64_t rounded_up(int64_t count, int64_t to) { return (count + to - 1) / to * to; }

layout layout_of(const conv *c, int64_t width, int64_t row_from, int64_t row_to) {
  const int64_t around = c->kernel - 1;
  layout l = {.rows = row_to - row_from + around};
  l.pitch = (rounded_up(width, c->pixels) + around) * pixel_bytes(c);
  l.plane = l.rows * l.pitch;
  const int64_t planes = c->taps ? 1 : c->x_levels;
  l.pairs = c->paired ? planes * l.plane : 0;
  l.bands = l.all = planes * l.plane + l.pairs + (c->taps ? (int64_t)sizeof(int16_t) : 0); /* a last pair's second */
  if (!c->apart) return l;
  l.up_rows = (row_to + 2) / 2 - (row_from + 1) / 2 + 1;
  l.up_columns = width / 2;
  l.up_pitch = rounded_up(l.up_columns, c->pixels) * c->up_words * c->isa->x_bytes;
  l.up_plane = l.bands;
  l.up_pairs = c->up_paired ? l.up_rows * l.up_pitch : 0;
  l.bands += l.up_rows * l.up_pitch + l.up_pairs;
  l.counts = rounded_up(l.bands, ALIGN);
  l.all = l.counts + (l.up_columns * (KEPT + 4) + 4) * c->tile * (int64_t)sizeof(uint16_t);
  return l;
}

/* How the work is cut: into bands of rows that stay in the cache; where those are few, groups of channels; and where
 * both are, more bands, so that threads have equal shares. */
typedef struct { int64_t rows, bands; int tiles, groups; } cut;

static cut cut_of(const conv *c, extent size) {
  const layout one = layout_of(c, size.w, 0, 1);
  const int64_t row = one.bands / one.rows, most = (size.h + LEAST_ROWS - 1) / LEAST_ROWS;
  cut k;
  k.rows = BAND_BYTES / row;
  k.rows = k.rows < LEAST_ROWS ? LEAST_ROWS : k.rows > size.h ? size.h : k.rows;
  k.bands = (size.h + k.rows - 1) / k.rows;
  k.tiles = c->outs_padded / c->tile;
  const int least = c->apart ? LEAST_APART : LEAST_PIECES; /* where bands overlap by rows that are counted twice, fewer */
  const int64_t groups = (least + k.bands - 1) / k.bands, bands = (least + k.tiles - 1) / k.tiles;
  k.groups = (int)(groups < k.tiles ? groups : k.tiles);
  if (k.bands < bands) k.bands = bands < most ? bands : most;
  k.rows = (size.h + k.bands - 1) / k.bands;
  return k;
}

int64_t conv_pieces(const conv *conv, extent size) {
  if (size.n == 0 || size.h == 0 || size.w == 0) return 0;
  const cut k = cut_of(conv, size);
  return size.n * k.bands * k.groups;
}

/* A row of x and of `up`, doubled, joined. */
static void lay_joined_row(const conv *c, uint8_t *to, const int32_t *from, const int32_t *up, int64_t width) {
  const int skips = c->words - c->up_words;
  uint32_t chunk[2 * MAX_CHANNELS / WORD];
  const int64_t most = 2 * MAX_CHANNELS / WORD / c->words;
  for (int64_t at = 0; at < width; at += most) {
    const int64_t n = width - at < most ? width - at : most;
    for (int64_t i = 0; i < n; i++) {
      memcpy(chunk + i * c->words, from + (at + i) * c->x_levels * skips, (size_t)skips * 4);
      memcpy(chunk + i * c->words + skips, up + (at + i) / 2 * c->x_levels * c->up_words, (size_t)c->up_words * 4);
    }
    c->isa->lay_x(to + at * c->words * c->isa->x_bytes, chunk, n * c->words);
  }
}

static void lay_row(const conv *c, uint8_t *to, const int32_t *from, int64_t width) {
  const int64_t count = width * c->own_words, bytes = c->isa->x_bytes;
  const int used = c->channels % WORD;
  if (c->x_levels == 1 && !used) {
    c->isa->lay_x(to, (const uint32_t *)from, count);
    return;
  }
  uint32_t chunk[256];
  for (int64_t at = 0; at < count; at += 256) {
    const int64_t n = count - at < 256 ? count - at : 256;
    for (int64_t i = 0; i < n; i++) {
      const int64_t pixel = (at + i) / c->words, word = (at + i) % c->words;
      chunk[i] = (uint32_t)from[pixel * c->x_levels * c->words + word];
      if (used && word == c->words - 1) chunk[i] &= (1u << used) - 1;
    }
    c->isa->lay_x(to + at * bytes, chunk, n);
  }
}

/* Bytes, of which `zero` is 0, with zeros around. */
static void lay_byte_band(const conv_call *call, const piece *p, int16_t *band, layout l) {
  const conv *c = call->conv;
  const int64_t reach = c->kernel / 2, row = call->size.w * c->channels, pitch = l.pitch / (int64_t)sizeof *band;
  memset(band, 0, (size_t)l.bands);
  for (int64_t r = 0; r < l.rows; r++) {
    const int64_t y = p->row_from - reach + r;
    if (y < 0 || y >= call->size.h) continue;
    const int8_t *from = call->bytes + (p->image * call->size.h + y) * row;
    int16_t *to = band + r * pitch + reach * c->channels;
    for (int64_t i = 0; i < row; i++) to[i] = (int16_t)(from[i] - c->zero);
  }
}

/* Behind `words` in `bytes`, the exclusive or of each and the next. */
static void lay_pairs(uint8_t *words, int64_t bytes) {
  const uint32_t *from = (const uint32_t *)words;
  uint32_t *to = (uint32_t *)(words + bytes);
  const int64_t count = bytes / (int64_t)sizeof *from;
  for (int64_t i = 0; i + 1 < count; i++) to[i] = from[i] ^ from[i + 1];
}

static void lay_band(const conv_call *call, const piece *p, uint8_t *band, layout l) {
  const conv *c = call->conv;
  const int skips = c->words - c->up_words;
  const int64_t reach = c->kernel / 2, row_words = call->size.w * c->x_levels * skips;
  const int64_t up_words = call->size.w / 2 * c->x_levels * c->up_words;
  const int64_t left = reach * pixel_bytes(c);
  memset(band, 0, (size_t)l.bands);
  for (int level = 0; level < c->x_levels; level++)
    for (int64_t r = 0; r < l.rows; r++) {
      const int64_t y = p->row_from - reach + r;
      if (y < 0 || y >= call->size.h) continue;
      const int32_t *from = call->x + (p->image * call->size.h + y) * row_words + level * skips;
      uint8_t *to = band + level * l.plane + r * l.pitch + left;
      if (!call->up || c->apart) {
        lay_row(c, to, from, call->size.w);
        continue;
      }
      const int32_t *up = call->up + (p->image * call->size.h / 2 + y / 2) * up_words + level * c->up_words;
      lay_joined_row(c, to, from, up, call->size.w);
    }
  if (l.pairs) lay_pairs(band, l.pairs);
}

/* The rows of the map to be doubled, of which the first lies above or is half as far down as that of the piece. */
static void lay_small(const conv_call *call, const piece *p, uint8_t *band, layout l) {
  const conv *c = call->conv;
  const int64_t height = call->size.h / 2, words = call->size.w / 2 * c->up_words;
  for (int64_t r = 0; r < l.up_rows; r++) {
    const int64_t y = (p->row_from + 1) / 2 - 1 + r;
    if (y < 0 || y >= height) continue;
    const int32_t *from = call->up + (p->image * height + y) * words;
    c->isa->lay_x(band + r * l.up_pitch, (const uint32_t *)from, words);
  }
  if (l.up_pairs) lay_pairs(band, l.up_pairs);
}

int conv_piece(const conv_call *call, int64_t number) {
  const conv *c = call->conv;
  const cut k = cut_of(c, call->size);
  const int64_t group = number % k.groups, band = number / k.groups % k.bands;
  piece p = {.image = number / k.groups / k.bands, .row_from = band * k.rows};
  p.row_to = p.row_from + k.rows < call->size.h ? p.row_from + k.rows : call->size.h;
  p.tile_from = (int)(group * k.tiles / k.groups);
  p.tile_to = (int)((group + 1) * k.tiles / k.groups);
  if (p.row_from >= p.row_to) return 1;
  const layout l = layout_of(c, call->size.w, p.row_from, p.row_to);
  void *memory;
  if (posix_memalign(&memory, ALIGN, (size_t)l.all)) return 0;
  if (c->taps) {
    lay_byte_band(call, &p, memory, l);
    c->isa->byte_rows(call, &p, memory);
  } else {
    lay_band(call, &p, memory, l);
    if (c->apart) lay_small(call, &p, (uint8_t *)memory + l.up_plane, l);
    c->isa->conv_rows(call, &p, memory);
  }
  free(memory);
  return 1;
}
