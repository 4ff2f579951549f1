/* A convolution is computed in pieces: bands of rows, laid out for the instruction set, that stay in the cache. */
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

enum { ALIGN = 64, BAND_BYTES = 128 * 1024, LEAST_PIECES = 16, LEAST_ROWS = 4 };

/* The rows of x that a piece needs, with zeros around and to the right up to whole tiles. */
typedef struct { int64_t rows, pitch, plane, bytes; } band_size;

/* Of merged taps two maps: the one to double lies behind the other. */
static band_size band_between(const conv *c, int64_t width, int64_t rows) {
  const int64_t half = (width / 2 + c->pixels - 1) / c->pixels * c->pixels, bytes = c->isa->x_bytes;
  band_size b;
  b.rows = rows + 2;
  b.pitch = (2 * half + 2) * (c->words - c->up_words) * bytes;
  b.plane = b.rows * b.pitch;
  b.bytes = b.plane + (rows / 2 + 2) * (half + 2) * c->up_words * bytes;
  return b;
}

static int64_t pixel_bytes(const conv *c) {
  return c->taps ? c->channels * (int64_t)sizeof(float) : (int64_t)c->words * c->isa->x_bytes;
}

static band_size band_of(const conv *c, int64_t width, int64_t rows) {
  if (c->merged) return band_between(c, width, rows);
  const int64_t around = c->kernel - 1, tiles = (width + c->pixels - 1) / c->pixels;
  band_size b;
  b.rows = rows + around;
  b.pitch = (tiles * c->pixels + around) * pixel_bytes(c);
  b.plane = b.rows * b.pitch;
  b.bytes = b.plane * (c->taps ? 1 : c->x_levels);
  return b;
}

/* How the work is cut: into bands of rows that stay in the cache; where those are few, groups of channels; and where
 * both are, more bands, so that threads have equal shares. */
typedef struct { int64_t rows, bands; int tiles, groups; } cut;

static cut cut_of(const conv *c, extent size) {
  const band_size one = band_of(c, size.w, 1);
  const int64_t row = one.bytes / one.rows, most = (size.h + LEAST_ROWS - 1) / LEAST_ROWS;
  cut k;
  k.rows = BAND_BYTES / row;
  k.rows = k.rows < LEAST_ROWS ? LEAST_ROWS : k.rows > size.h ? size.h : k.rows;
  k.bands = (size.h + k.rows - 1) / k.rows;
  k.tiles = c->outs_padded / c->tile;
  const int64_t groups = (LEAST_PIECES + k.bands - 1) / k.bands, bands = (LEAST_PIECES + k.tiles - 1) / k.tiles;
  k.groups = (int)(groups < k.tiles ? groups : k.tiles);
  if (k.bands < bands) k.bands = bands < most ? bands : most;
  k.rows = (size.h + k.bands - 1) / k.bands;
  k.rows += c->merged && k.rows % 2; /* so that both parities of each row are in it */
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
  const int64_t count = width * c->words, bytes = c->isa->x_bytes;
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

/* Bytes as floats, with zeros around. */
static void lay_byte_band(const conv_call *call, const piece *p, float *band, band_size b) {
  const conv *c = call->conv;
  const int64_t reach = c->kernel / 2, row = call->size.w * c->channels, pitch = b.pitch / (int64_t)sizeof *band;
  memset(band, 0, (size_t)b.bytes);
  for (int64_t r = 0; r < b.rows; r++) {
    const int64_t y = p->row_from - reach + r;
    if (y < 0 || y >= call->size.h) continue;
    const int8_t *from = call->bytes + (p->image * call->size.h + y) * row;
    float *to = band + r * pitch + reach * c->channels;
    for (int64_t i = 0; i < row; i++) to[i] = (float)(from[i] - c->zero);
  }
}

static void lay_band(const conv_call *call, const piece *p, uint8_t *band, band_size b) {
  const conv *c = call->conv;
  const int skips = c->words - c->up_words;
  const int64_t reach = c->kernel / 2, row_words = call->size.w * c->x_levels * skips;
  const int64_t up_words = call->size.w / 2 * c->x_levels * c->up_words;
  const int64_t left = reach * c->words * c->isa->x_bytes;
  memset(band, 0, (size_t)b.bytes);
  for (int level = 0; level < c->x_levels; level++)
    for (int64_t r = 0; r < b.rows; r++) {
      const int64_t y = p->row_from - reach + r;
      if (y < 0 || y >= call->size.h) continue;
      const int32_t *from = call->x + (p->image * call->size.h + y) * row_words + level * skips;
      uint8_t *to = band + level * b.plane + r * b.pitch + left;
      if (!call->up) {
        lay_row(c, to, from, call->size.w);
        continue;
      }
      const int32_t *up = call->up + (p->image * call->size.h / 2 + y / 2) * up_words + level * c->up_words;
      lay_joined_row(c, to, from, up, call->size.w);
    }
}

/* Rows of one map, `words` a pixel, with zeros around. */
static void lay_map(const conv *c, const int32_t *x, int64_t image, int64_t height, int64_t width, int words, int64_t first,
                    int64_t rows, int64_t pitch, uint8_t *band) {
  for (int64_t r = 0; r < rows; r++)
    if (first + r >= 0 && first + r < height)
      c->isa->lay_x(band + r * pitch + words * c->isa->x_bytes,
                    (const uint32_t *)x + (image * height + first + r) * width * words, width * words);
}

static void lay_between(const conv_call *call, const piece *p, uint8_t *band, band_size b) {
  const conv *c = call->conv;
  const extent e = call->size;
  const int64_t rows = (b.rows - 2) / 2 + 2;
  memset(band, 0, (size_t)b.bytes);
  lay_map(c, call->x, p->image, e.h, e.w, c->words - c->up_words, p->row_from - 1, b.rows, b.pitch, band);
  lay_map(c, call->up, p->image, e.h / 2, e.w / 2, c->up_words, p->row_from / 2 - 1, rows, (b.bytes - b.plane) / rows,
          band + b.plane);
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
  const band_size b = band_of(c, call->size.w, p.row_to - p.row_from);
  void *memory;
  if (posix_memalign(&memory, ALIGN, (size_t)b.bytes)) return 0;
  if (c->taps) {
    lay_byte_band(call, &p, memory, b);
    c->isa->byte_rows(call, &p, memory);
  } else if (c->merged) {
    lay_between(call, &p, memory, b);
    c->isa->up_rows(call, &p, memory);
  } else {
    lay_band(call, &p, memory, b);
    c->isa->conv_rows(call, &p, memory);
  }
  free(memory);
  return 1;
}
