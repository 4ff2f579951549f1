/* Binary convolutions on packed bits: see docs/binary.md for what each computes.
 *
 * Packed tensors are (N, H, W, L, words) of 32-bit words, int8 streams (N, H, W, C), floats (N, C, H, W).
 * All sizes are checked by the callers (ort_op.c) before anything here sees them.
 */
#ifndef EDGEC_KERNELS_H
#define EDGEC_KERNELS_H

#include <stddef.h>
#include <stdint.h>

enum {
  WORD = 32,
  MAX_LEVELS = 3,      /* residual levels of activations, and of weights */
  MAX_THRESHOLDS = 7,  /* of a channel: 2^levels - 1 */
  MAX_CHANNELS = 4096, /* so that a tile's pop counts fit 16 bits */
  MAX_DOT = 1 << 24,   /* a dot product is below, so that a float holds it exactly */
  MAX_TILE = 12 * 32,  /* pixels times channels of a tile */
  MAX_BYTES = 16,      /* channels of an image of bytes, so that its dot products are below MAX_DOT */
  BYTE_PIXELS = 12,    /* of a tile of one */
  BORDERS = 16,        /* a pixel lies at none or any of top 1, bottom 2, left 4, right 8 */
  TAPS = 9,            /* where they are apart: see up.inc */
  KEPT = 6,            /* sums of taps that are kept of a pixel of the small map, there, too */
  UP_BYTES = 8,        /* that a word takes at most, when laid out */
};

typedef enum { TO_BITS, TO_INT8, TO_FLOAT } form;

typedef struct conv conv;
typedef struct isa isa;

/* An image-like tensor's sizes. */
typedef struct { int64_t n, h, w; } extent;

/* One call of a convolution. `shortcut` is NULL where nothing is added. `up` is half as high and wide as x, and joins
 * it, doubled, as its last channels; else NULL. */
typedef struct {
  const conv *conv;
  extent size;
  const int32_t *x, *up;
  const int8_t *bytes;                /* in place of x, where the convolution is of bytes */
  const int8_t *shortcut;
  int32_t *bits;                      /* NULL where nobody reads them */
  int8_t *stream;                     /* the same */
  float *floats;
} conv_call;

/* The rows and channels that one thread computes at a time: channels in tiles of the convolution. */
typedef struct { int64_t image, row_from, row_to; int tile_from, tile_to; } piece;

/* The words of x that a filter meets at a tile's first pixel: `rows` of `run`, the rows `pitch` bytes apart; the tile's pixels, of
 * which `count` are wanted, are `pixel` bytes apart. Where words are counted in pairs, the exclusive or of a word and the next
 * lies `pairs` behind it. */
typedef struct { const uint8_t *at; int64_t pitch, pixel, pairs; int rows, run, count; } window;

/* A last convolution: 1x1, of a stream, to floats. `weights`: [outs][channels]; `scale`, `bias`: [outs]. */
typedef struct { int channels, outs; const int16_t *weights; const float *scale, *bias; } last_conv;

/* A processor's way to compute. Tiles are `channels` x `pixels`: the wide one where it divides the channels. */
struct isa {
  const char *name;
  int (*supported)(void);
  int wide_pixels, narrow_pixels;     /* for 64 and for 32 channels a tile */
  int x_bytes, w_bytes;               /* that a word takes when laid out for it */
  int paired;                         /* as many words of a filter, or more, are counted in pairs; 0: none are */
  void (*lay_x)(void *out, const uint32_t *words, int64_t count);
  void (*lay_w)(void *out, const uint32_t *words, int64_t count, int channels); /* [channels][count] */
  void (*conv_rows)(const conv_call *call, const piece *piece, uint8_t *band);
  void (*byte_rows)(const conv_call *call, const piece *piece, const int16_t *band);
  void (*pack_rows)(const float *x, const float *thresholds, int32_t *out, int thresholds_count,
                    int channels, int64_t plane, int64_t from, int64_t to);
  void (*pack_int8_rows)(const int8_t *x, const int32_t *thresholds, int32_t *out, int thresholds_count,
                         int channels, int64_t from, int64_t to);
  void (*last_rows)(const last_conv *conv, const int8_t *x, float *out, int64_t plane, int64_t from, int64_t to);
  const isa *beyond_int32;            /* who makes streams of values that may be, where this one does not; else NULL */
};

/* A convolution, its parameters laid out for one isa. Channels out are padded to whole words. */
struct conv {
  const isa *isa;
  form form;
  int kernel;                         /* 1 or 3 */
  int channels, words;                /* in */
  int up_words;                       /* of them, the last, from what is half as high and wide */
  int apart;                          /* whether those are counted for themselves, by each tap: see up.inc */
  int own_words;                      /* that a pixel has in the band of x: without those */
  int paired, up_paired;              /* whether these and those are counted in pairs */
  int outs, outs_padded;
  int tile, pixels;
  int x_levels, w_levels;
  int plain;                          /* whether a pop count is taken as it is, not times `factor` */
  int32_t factor[MAX_LEVELS][MAX_LEVELS]; /* x level times w level; twice that, but TO_BITS */
  int thresholds, out_levels;
  int64_t w_plane;                    /* bytes between weight levels */
  uint8_t *weights;                   /* [w level][tile][rows x words][tile channels], as lay_w lays it;
                                         apart: a tile's own words, then the others */
  int16_t *taps;                      /* of bytes, in place of weights: [row][pair of taps][outs_padded][2]; else NULL */
  int zero;                           /* what a byte stands for 0 as */
  int32_t *base;                      /* [border][outs_padded], not TO_BITS: dot = base - pop, or, where plain, half the dot
                                         product, and scale is twice what the model says */
  int32_t *bounds;                    /* TO_BITS: [border][threshold][outs_padded], bit: pop <= bound;
                                         TO_INT8: [threshold][outs_padded], bit: bound <= value */
  float *scale, *bias, *slope, *shift, *shortcut_scale; /* [outs_padded], NULL where not used */
  void *memory;
};

/* What a convolution is made from, as the model holds it. */
typedef struct {
  form form;
  int kernel, channels, up_channels, outs, x_levels, w_levels, thresholds;
  int64_t x_level[MAX_LEVELS], w_level[MAX_LEVELS];
  const int32_t *weights;             /* [outs][kernel][kernel][w level][words] */
  const int8_t *bytes;                /* in place of weights: [outs][kernel][kernel][channels] */
  int zero;
  const int32_t *bounds;              /* [threshold][outs] */
  const float *scale, *bias, *slope, *shift, *shortcut_scale; /* [outs] or NULL */
} conv_model;

/* NULL, or what is wrong with the model. */
const char *conv_check(const conv_model *model);

/* Whether all values that become a stream are within int32, whatever x is. */
int conv_within_int32(const conv_model *model);

/* NULL, or what is wrong, as conv_check or for want of memory; *made is freed by conv_free. */
const char *conv_make(const conv_model *model, const isa *isa, conv **made);
void conv_free(conv *made);

/* Work is cut into pieces, which threads take in any order; conv_piece gives 0 when out of memory. */
int64_t conv_pieces(const conv *conv, extent size);
int conv_piece(const conv_call *call, int64_t number);

/* How a piece's rows of x lie in memory: with zeros around, and to the right up to whole tiles. Apart: behind them those of
 * the map to be doubled, and room for what its taps count. Bytes, but rows and width. */
typedef struct { int64_t rows, pitch, plane, pairs, up_rows, up_columns, up_pitch, up_plane, up_pairs, bands, counts, all; } layout;
layout layout_of(const conv *conv, int64_t width, int64_t row_from, int64_t row_to);

/* The taps of a row of a filter of bytes, in pairs, of which the last may have but one. */
static inline int tap_pairs(int kernel, int channels) { return (kernel * channels + 1) / 2; }

/* The isa named by EDGEC_KERNEL_ISA, or the best that this processor has; NULL where that name is not possible. */
const isa *isa_choose(void);
extern const isa *const isa_all[];    /* best first, ends with NULL */

/* Rows of all images are numbered through: `from` to `to` of N times H. */
void unpack_rows(const int32_t *x, const int64_t *levels, float *out, int levels_count, int channels, int64_t plane,
                 int64_t from, int64_t to);                 /* pixels instead of rows */
void max_pool_rows(const int32_t *x, int32_t *out, extent out_size, extent in_size, int levels, int words, int64_t from,
                   int64_t to);
void upsample_rows(const int32_t *x, int32_t *out, extent out_size, int64_t pixel, int64_t from, int64_t to);

static inline int words_of(int channels) { return (channels + WORD - 1) / WORD; }
static inline int levels_of(int thresholds) { return thresholds == 1 ? 1 : thresholds == 3 ? 2 : thresholds == 7 ? 3 : 0; }

#endif
