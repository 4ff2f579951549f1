/* BinaryConv, BinaryConvInt8, BinaryConvAdd, BinaryConvFloat, the same ...Up, and Int8Conv: checked, made and run. */
#include "ort_op.h"

/* Inputs: x, w, then thresholds for BinaryConv; scale, bias, slope, shift for the others, then thresholds, shortcut
 * and its scale where there are any; of those called ...Up last the map to double. */
enum { X, W, BITS_THRESHOLDS, SCALE = 2, BIAS, SLOPE, SHIFT, THRESHOLDS, SHORTCUT, SHORTCUT_SCALE };

static ort_status *read_weights(const kernel *k, const ort_info *info, conv_model *m) {
  tensor w;
  TRY(read_constant(k, info, W, 5, &w));
  const int64_t *s = w.sizes;
  const int words = words_of(m->channels), square = s[1] == s[2] && (s[1] == 1 || s[1] == 3);
  if (s[0] < 1 || s[0] > MAX_CHANNELS || !square || s[3] != m->w_levels || s[4] != words)
    return refuse(k, "w is %lldx%lldx%lldx%lldx%lld; expected OC x k x k x %d x %d, k 1 or 3, OC up to %d",
                  (long long)s[0], (long long)s[1], (long long)s[2], (long long)s[3], (long long)s[4], m->w_levels,
                  words, MAX_CHANNELS);
  m->weights = w.data, m->outs = (int)s[0], m->kernel = (int)s[1];
  return NULL;
}

/* Whether a shortcut is added. */
static int adds(const kernel *k) { return k->op->input_count - k->op->joins > SHORTCUT; }

/* Whether the node's x is bytes, and so its weights. */
static int of_bytes(const kernel *k) { return k->op->input_types[X] == INT8; }

static ort_status *read_bytes(const kernel *k, const ort_info *info, conv_model *m) {
  tensor w;
  TRY(read_int(k, info, "zero", INT8_MIN, INT8_MAX, &m->zero));
  TRY(read_constant(k, info, W, 4, &w));
  const int64_t *s = w.sizes;
  const int square = s[1] == s[2] && (s[1] == 1 || s[1] == 3);
  if (s[0] < 1 || s[0] > MAX_CHANNELS || !square || s[3] < 1 || s[3] > MAX_BYTES)
    return refuse(k, "w is %lldx%lldx%lldx%lld; expected OC x k x k x C, k 1 or 3, OC up to %d, C up to %d",
                  (long long)s[0], (long long)s[1], (long long)s[2], (long long)s[3], MAX_CHANNELS, MAX_BYTES);
  m->bytes = w.data, m->outs = (int)s[0], m->kernel = (int)s[1], m->channels = (int)s[3];
  return NULL;
}

static ort_status *read_thresholds(const kernel *k, const ort_info *info, int index, conv_model *m) {
  tensor t;
  TRY(read_constant(k, info, index, 2, &t));
  if (t.sizes[0] > MAX_THRESHOLDS || levels_of((int)t.sizes[0]) == 0 || t.sizes[1] != m->outs)
    return refuse(k, "the thresholds are %lldx%lld; expected 1, 3 or 7 for each of %d channels",
                  (long long)t.sizes[0], (long long)t.sizes[1], m->outs);
  m->thresholds = (int)t.sizes[0], m->bounds = t.data;
  return NULL;
}

static ort_status *read_floats(const kernel *k, const ort_info *info, int index, int count, const float **out) {
  tensor t;
  TRY(read_vector(k, info, index, count, &t));
  *out = t.data;
  return NULL;
}

static ort_status *read_signs(const kernel *k, const ort_info *info, conv_model *m) {
  TRY(read_int(k, info, "channels", 1, MAX_CHANNELS, &m->channels));
  TRY(read_levels(k, info, "x_levels", m->x_level, &m->x_levels));
  TRY(read_levels(k, info, "w_levels", m->w_level, &m->w_levels));
  if (k->op->joins) TRY(read_int(k, info, "up_channels", 1, MAX_CHANNELS, &m->up_channels));
  return read_weights(k, info, m);
}

static ort_status *read_model(const kernel *k, const ort_info *info, conv_model *m) {
  TRY(of_bytes(k) ? read_bytes(k, info, m) : read_signs(k, info, m));
  m->form = k->op->output_types[0] == INT32 ? TO_BITS : k->op->output_types[0] == INT8 ? TO_INT8 : TO_FLOAT;
  if (m->form == TO_BITS) return read_thresholds(k, info, BITS_THRESHOLDS, m);
  TRY(read_floats(k, info, SCALE, m->outs, &m->scale));
  TRY(read_floats(k, info, BIAS, m->outs, &m->bias));
  TRY(read_floats(k, info, SLOPE, m->outs, &m->slope));
  TRY(read_floats(k, info, SHIFT, m->outs, &m->shift));
  if (m->form == TO_INT8) TRY(read_thresholds(k, info, THRESHOLDS, m));
  if (adds(k)) TRY(read_floats(k, info, SHORTCUT_SCALE, m->outs, &m->shortcut_scale));
  return NULL;
}

ort_status *make_conv(kernel *k, const ort_info *info) {
  conv_model model = {0};
  TRY(choose_isa(k));
  TRY(read_model(k, info, &model));
  const char *wrong = conv_make(&model, k->isa, &k->conv);
  return wrong ? refuse(k, "%s", wrong) : NULL;
}

static ort_status *read_x(const kernel *k, ort_context *context, conv_call *call) {
  tensor x;
  TRY(read_input(k, context, X, 5, &x));
  const int words = k->conv->words - k->conv->up_words;
  if (x.sizes[3] != k->conv->x_levels || x.sizes[4] != words)
    return refuse(k, "x has %lld levels of %lld words; expected %d of %d", (long long)x.sizes[3], (long long)x.sizes[4],
                  k->conv->x_levels, words);
  call->x = x.data;
  call->size = (extent){x.sizes[0], x.sizes[1], x.sizes[2]};
  return NULL;
}

static ort_status *read_up(const kernel *k, ort_context *context, conv_call *call) {
  tensor u;
  TRY(read_input(k, context, k->op->input_count - 1, 5, &u));
  const extent e = call->size;
  const int64_t *f = u.sizes;
  if (f[0] != e.n || 2 * f[1] != e.h || 2 * f[2] != e.w || f[3] != k->conv->x_levels || f[4] != k->conv->up_words)
    return refuse(k, "what is doubled is %lldx%lldx%lldx%lldx%lld; expected half of x, %lldx%lldx%lldx%dx%d", (long long)f[0],
                  (long long)f[1], (long long)f[2], (long long)f[3], (long long)f[4], (long long)e.n, (long long)e.h / 2,
                  (long long)e.w / 2, k->conv->x_levels, k->conv->up_words);
  call->up = u.data;
  return NULL;
}

static ort_status *read_byte_x(const kernel *k, ort_context *context, conv_call *call) {
  tensor x;
  TRY(read_input(k, context, X, 4, &x));
  if (x.sizes[3] != k->conv->channels)
    return refuse(k, "x has %lld channels; expected %d", (long long)x.sizes[3], k->conv->channels);
  call->bytes = x.data;
  call->size = (extent){x.sizes[0], x.sizes[1], x.sizes[2]};
  return NULL;
}

static ort_status *read_shortcut(const kernel *k, ort_context *context, conv_call *call) {
  tensor s;
  TRY(read_input(k, context, SHORTCUT, 4, &s));
  const extent e = call->size;
  const int64_t *f = s.sizes;
  if (f[0] != e.n || f[1] != e.h || f[2] != e.w || f[3] != k->conv->outs)
    return refuse(k, "the shortcut is %lldx%lldx%lldx%lld; expected %lldx%lldx%lldx%d", (long long)f[0], (long long)f[1],
                  (long long)f[2], (long long)f[3], (long long)e.n, (long long)e.h, (long long)e.w, k->conv->outs);
  call->shortcut = s.data;
  return NULL;
}

static ort_status *make_outputs(const kernel *k, ort_context *context, conv_call *call) {
  const conv *c = k->conv;
  const extent e = call->size;
  const int64_t bits[] = {e.n, e.h, e.w, c->out_levels, c->outs_padded / WORD};
  const int64_t stream[] = {e.n, e.h, e.w, c->outs}, floats[] = {e.n, c->outs, e.h, e.w};
  if (c->form == TO_BITS) return make_output(k, context, 0, 5, bits, (void **)&call->bits);
  if (c->form == TO_FLOAT) return make_output(k, context, 0, 4, floats, (void **)&call->floats);
  TRY(make_output(k, context, 0, 4, stream, (void **)&call->stream));
  return make_output(k, context, 1, 5, bits, (void **)&call->bits);
}

typedef struct { conv_call call; int failed; } job;

static void work(void *given, size_t piece) {
  job *j = given;
  if (!conv_piece(&j->call, (int64_t)piece)) __atomic_store_n(&j->failed, 1, __ATOMIC_RELAXED);
}

ort_status *run_conv(const kernel *k, ort_context *context) {
  job j = {.call = {.conv = k->conv}};
  TRY(of_bytes(k) ? read_byte_x(k, context, &j.call) : read_x(k, context, &j.call));
  if (adds(k)) TRY(read_shortcut(k, context, &j.call));
  if (k->op->joins) TRY(read_up(k, context, &j.call));
  TRY(make_outputs(k, context, &j.call));
  TRY(in_parallel(k, context, conv_pieces(k->conv, j.call.size), work, &j));
  return j.failed ? refuse(k, "out of memory") : NULL;
}
