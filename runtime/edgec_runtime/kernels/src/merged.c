/* Taps of a 3x3 convolution that meet the same pixel of a doubled map, as one.
 *
 * A pixel of an even row sees, of a map that was doubled, the row above its own by tap 0 and its own by taps 1 and 2; one
 * of an odd row its own by 0 and 1 and the next by 2. So with columns: 9 taps meet 2x2 pixels, one of them by 4 taps, two
 * by 2 and one by 1. Two signs a, b against x: the pop count is 2 ((x ^ a) & ~(a ^ b)) and 1 for each channel where they
 * differ. Four: 2 ((x ^ u) & m) + 2 ((x ^ u) & n) with u their majority, m where it is 3 or 4 and n where it is 4, and 1
 * where it is 3, 2 where it is none. So 5 steps count what 9 did; what does not depend on x is taken into the tables.
 */
#include "kernels.h"

#include <string.h>

/* Words and their masks in turn: u and m, u and n, two taps of a row, two of a column; then the one tap, and the other
 * map's nine. */
enum { SEVERAL = 4 };

typedef struct { uint32_t majority, most, all; int left; } merged;

static merged two(uint32_t a, uint32_t b) {
  const uint32_t differ = a ^ b;
  return (merged){a & b, ~differ, 0, __builtin_popcount(differ)};
}

static merged four(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  const uint32_t odd = a ^ b ^ c ^ d, all = (a & b & c & d) | ~(a | b | c | d), most = all | odd;
  return (merged){(a & b & (c | d)) | (c & d & (a | b)), most, all,
                  __builtin_popcount(odd) + 2 * __builtin_popcount(~most)};
}

/* Tap of row i and column j. */
static uint32_t tap_of(const conv_model *m, int out, int i, int j, int word) { return weight_word(m, out, 3 * i + j, 0, word); }

int merged_words(const conv *c, const conv_model *m, int out, int parity, uint32_t *to) {
  const int skips = c->words - c->up_words;
  /* The two taps, and the one, of rows and of columns. */
  const int i = parity & 1 ? 0 : 1, alone_i = parity & 1 ? 2 : 0, j = parity & 2 ? 0 : 1, alone_j = parity & 2 ? 2 : 0;
  uint32_t *one = to + 2 * SEVERAL * c->up_words, *other = one + c->up_words;
  int left = 0;
  for (int k = 0; k < c->up_words; k++) {
    const int word = skips + k;
    const merged square = four(tap_of(m, out, i, j, word), tap_of(m, out, i, j + 1, word), tap_of(m, out, i + 1, j, word),
                               tap_of(m, out, i + 1, j + 1, word));
    const merged row = two(tap_of(m, out, alone_i, j, word), tap_of(m, out, alone_i, j + 1, word));
    const merged column = two(tap_of(m, out, i, alone_j, word), tap_of(m, out, i + 1, alone_j, word));
    const uint32_t several[SEVERAL][2] = {{square.majority, square.most}, {square.majority, square.all},
                                          {row.majority, row.most}, {column.majority, column.most}};
    for (int p = 0; p < SEVERAL; p++) memcpy(to + 2 * (p * c->up_words + k), several[p], sizeof several[p]);
    one[k] = tap_of(m, out, alone_i, alone_j, word);
    left += square.left + row.left + column.left;
  }
  for (int tap = 0; tap < 9; tap++)
    for (int k = 0; k < skips; k++) other[tap * skips + k] = weight_word(m, out, tap, 0, k);
  return left;
}
