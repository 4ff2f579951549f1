/* The operators of com.edgec as ONNX Runtime sees them. */
#ifndef EDGEC_ORT_OP_H
#define EDGEC_ORT_OP_H

#include "kernels.h"
#include "ort_api.h"

enum { MAX_INPUTS = 10, MAX_RANK = 5, MAX_SIZE = 1 << 24 };
static const int64_t MAX_ELEMENTS = (int64_t)1 << 31;

typedef struct op op;

/* A node of a loaded network. `conv` or `last` for convolutions; the rest for the others. */
typedef struct {
  const op *op;
  ort_api api;
  const isa *isa;
  conv *conv;
  last_conv *last;
  int channels, levels, thresholds;
  int64_t level[MAX_LEVELS];
  void *bounds; /* thresholds, [threshold][channel], float or int32 */
} kernel;

struct op {
  custom_op ort; /* first, so that ONNX Runtime's pointer is ours */
  const char *name;
  int input_count, output_count;
  int input_types[MAX_INPUTS], output_types[2];
  ort_status *(*make)(kernel *, const ort_info *);
  ort_status *(*run)(const kernel *, ort_context *);
  int joins; /* whether the last input is a map to double, which joins x */
};

typedef struct { const void *data; int rank; int64_t sizes[MAX_RANK], count; } tensor;

/* An error of this node; the words are put after its operator's name. */
ort_status *refuse(const kernel *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Each gives NULL, or the error. `rank` is what the tensor must have. */
ort_status *read_input(const kernel *, ort_context *, int index, int rank, tensor *out);
ort_status *read_constant(const kernel *, const ort_info *, int index, int rank, tensor *out);
ort_status *read_vector(const kernel *, const ort_info *, int index, int count, tensor *out); /* a constant */
ort_status *read_int(const kernel *, const ort_info *, const char *name, int64_t least, int64_t most, int *out);
ort_status *read_levels(const kernel *, const ort_info *, const char *name, int64_t *out, int *count);
/* Of an optional output that nobody wants, *data is NULL. */
ort_status *make_output(const kernel *, ort_context *, int index, int rank, const int64_t *sizes, void **data);

/* Which instruction set the node uses. */
ort_status *choose_isa(kernel *);

/* `work(job, i)` for each i below `pieces`, on ONNX Runtime's own threads. */
ort_status *in_parallel(const kernel *, ort_context *, int64_t pieces, void (*work)(void *, size_t), void *job);

ort_status *make_conv(kernel *, const ort_info *);
ort_status *run_conv(const kernel *, ort_context *);
ort_status *make_last(kernel *, const ort_info *);
ort_status *run_last(const kernel *, ort_context *);
ort_status *make_pack(kernel *, const ort_info *);
ort_status *run_pack(const kernel *, ort_context *);
ort_status *run_pack_int8(const kernel *, ort_context *);
ort_status *make_unpack(kernel *, const ort_info *);
ort_status *run_unpack(const kernel *, ort_context *);
ort_status *make_nothing(kernel *, const ort_info *);
ort_status *run_max_pool(const kernel *, ort_context *);
ort_status *run_upsample(const kernel *, ort_context *);

#define TRY(call)                            \
  do {                                       \
    ort_status *status_ = (call);            \
    if (status_) return status_;             \
  } while (0)

#endif
