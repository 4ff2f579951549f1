/* What of ONNX Runtime's C API is used, declared here because no wheel holds its header.
 *
 * The API is a table of function pointers to which versions only append, so that a place once given stays:
 * https://onnxruntime.ai/docs/api/c/struct_ort_api.html. Version 17 came with ONNX Runtime 1.17.
 */
#ifndef EDGEC_ORT_API_H
#define EDGEC_ORT_API_H

#include <stddef.h>
#include <stdint.h>

enum { API_VERSION = 17, INVALID_ARGUMENT = 2, FLOAT = 1, INT8 = 3, INT32 = 6 };

typedef struct ort_status ort_status;
typedef struct ort_value ort_value;
typedef struct ort_shape ort_shape;
typedef struct ort_info ort_info;
typedef struct ort_context ort_context;
typedef struct ort_domain ort_domain;
typedef struct ort_options ort_options;
typedef const void *const *ort_api;
typedef struct { ort_api (*get)(uint32_t version); } ort_base;

typedef struct custom_op custom_op;

typedef ort_status *create_status_fn(int code, const char *message);
typedef ort_status *create_domain_fn(const char *name, ort_domain **out);
typedef ort_status *add_op_fn(ort_domain *, const custom_op *);
typedef ort_status *add_domain_fn(ort_options *, ort_domain *);
typedef ort_status *get_data_fn(const ort_value *, void **out);
typedef ort_status *get_rank_fn(const ort_shape *, size_t *out);
typedef ort_status *get_sizes_fn(const ort_shape *, int64_t *out, size_t rank);
typedef ort_status *get_shape_fn(const ort_value *, ort_shape **out);
typedef ort_status *get_int_fn(const ort_info *, const char *name, int64_t *out);
typedef ort_status *get_input_fn(const ort_context *, size_t index, const ort_value **out);
typedef ort_status *get_output_fn(ort_context *, size_t index, const int64_t *sizes, size_t rank, ort_value **out);
typedef void release_shape_fn(ort_shape *);
typedef ort_status *get_ints_fn(const ort_info *, const char *name, int64_t *out, size_t *count);
typedef ort_status *get_constant_fn(const ort_info *, size_t index, int *is_constant, const ort_value **out);
typedef ort_status *parallel_fn(const ort_context *, void (*work)(void *, size_t), size_t total, size_t batches, void *);

#define CREATE_STATUS(api) ((create_status_fn *)(api)[0])
#define CREATE_DOMAIN(api) ((create_domain_fn *)(api)[26])
#define ADD_OP(api) ((add_op_fn *)(api)[27])
#define ADD_DOMAIN(api) ((add_domain_fn *)(api)[28])
#define GET_DATA(api) ((get_data_fn *)(api)[51])
#define GET_RANK(api) ((get_rank_fn *)(api)[61])
#define GET_SIZES(api) ((get_sizes_fn *)(api)[62])
#define GET_SHAPE(api) ((get_shape_fn *)(api)[65])
#define GET_INT(api) ((get_int_fn *)(api)[86])
#define GET_INPUT(api) ((get_input_fn *)(api)[90])
#define GET_OUTPUT(api) ((get_output_fn *)(api)[91])
#define RELEASE_SHAPE(api) ((release_shape_fn *)(api)[99])
#define GET_INTS(api) ((get_ints_fn *)(api)[163])
#define GET_CONSTANT(api) ((get_constant_fn *)(api)[249])
#define PARALLEL_FOR(api) ((parallel_fn *)(api)[274])

/* OrtCustomOp as of version 17. */
struct custom_op {
  uint32_t version;
  void *(*create_old)(const custom_op *, ort_api, const ort_info *);
  const char *(*name)(const custom_op *);
  const char *(*provider)(const custom_op *);
  int (*input_type)(const custom_op *, size_t);
  size_t (*input_count)(const custom_op *);
  int (*output_type)(const custom_op *, size_t);
  size_t (*output_count)(const custom_op *);
  void (*compute_old)(void *, ort_context *);
  void (*destroy)(void *);
  int (*input_kind)(const custom_op *, size_t);
  int (*output_kind)(const custom_op *, size_t);
  int (*input_memory)(const custom_op *, size_t);
  int (*variadic[4])(const custom_op *);
  ort_status *(*create)(const custom_op *, ort_api, const ort_info *, void **kernel);
  ort_status *(*compute)(void *kernel, ort_context *);
  ort_status *(*infer_shape)(const custom_op *, void *);
  int (*first_version)(const custom_op *);
  int (*last_version)(const custom_op *);
  void *later[8];
};

#endif
