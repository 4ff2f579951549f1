/* The library's entrance: the operators of com.edgec for ONNX Runtime. */
#include "ort_op.h"

#include <limits.h>
#include <stdlib.h>

#define VISIBLE __attribute__((visibility("default")))

static long long created;

/* How many nodes of com.edgec were made in this process: what tells whether a network got kernels. */
VISIBLE long long edgec_kernels_created(void) { return __atomic_load_n(&created, __ATOMIC_RELAXED); }

/* The instruction sets of this library that the processor has, best first; NULL beyond the last. */
VISIBLE const char *edgec_kernels_isa(int number) {
  for (int i = 0; isa_all[i]; i++)
    if (isa_all[i]->supported() && number-- == 0) return isa_all[i]->name;
  return NULL;
}

static void destroy(void *given) {
  kernel *k = given;
  conv_free(k->conv);
  free(k->last);
  free(k->bounds);
  free(k);
}

static ort_status *create(const custom_op *given, ort_api api, const ort_info *info, void **out) {
  const op *o = (const op *)given;
  kernel *k = calloc(1, sizeof *k);
  if (!k) return CREATE_STATUS(api)(INVALID_ARGUMENT, "com.edgec: out of memory");
  k->op = o, k->api = api;
  ort_status *wrong = o->make(k, info);
  if (wrong) {
    destroy(k);
    return wrong;
  }
  __atomic_add_fetch(&created, 1, __ATOMIC_RELAXED);
  *out = k;
  return NULL;
}

static ort_status *compute(void *given, ort_context *context) {
  const kernel *k = given;
  return k->op->run(k, context);
}

static const char *name(const custom_op *o) { return ((const op *)o)->name; }
static const char *provider(const custom_op *o) { return (void)o, "CPUExecutionProvider"; }
static int input_type(const custom_op *o, size_t i) { return ((const op *)o)->input_types[i]; }
static size_t input_count(const custom_op *o) { return (size_t)((const op *)o)->input_count; }
static int output_type(const custom_op *o, size_t i) { return ((const op *)o)->output_types[i]; }
static size_t output_count(const custom_op *o) { return (size_t)((const op *)o)->output_count; }
static int required(const custom_op *o, size_t i) { return (void)o, (void)i, 0; }
static int required_alone(const custom_op *o, size_t i) { return (void)i, output_count(o) > 1; } /* 1: optional */
static int one(const custom_op *o) { return (void)o, 1; }
static int no_last(const custom_op *o) { return (void)o, INT_MAX; }

#define ORT                                                                                                          \
  {.version = API_VERSION, .name = name, .provider = provider, .input_type = input_type, .input_count = input_count, \
   .output_type = output_type, .output_count = output_count, .destroy = destroy, .input_kind = required,             \
   .output_kind = required_alone, .input_memory = required, .variadic = {one, one, one, one}, .create = create,            \
   .compute = compute, .first_version = one, .last_version = no_last}

#define AFFINE FLOAT, FLOAT, FLOAT, FLOAT

static const op ops[] = {
    {ORT, "BitPack", 2, 1, {FLOAT, FLOAT}, {INT32}, make_pack, run_pack, 0},
    {ORT, "BitPackInt8", 2, 1, {INT8, INT32}, {INT32}, make_pack, run_pack_int8, 0},
    {ORT, "BitUnpack", 1, 1, {INT32}, {FLOAT}, make_unpack, run_unpack, 0},
    {ORT, "BitMaxPool", 1, 1, {INT32}, {INT32}, make_nothing, run_max_pool, 0},
    {ORT, "BitUpsample", 1, 1, {INT32}, {INT32}, make_nothing, run_upsample, 0},
    {ORT, "BinaryConv", 3, 1, {INT32, INT32, INT32}, {INT32}, make_conv, run_conv, 0},
    {ORT, "BinaryConvFloat", 6, 1, {INT32, INT32, AFFINE}, {FLOAT}, make_conv, run_conv, 0},
    {ORT, "BinaryConvInt8", 7, 2, {INT32, INT32, AFFINE, INT32}, {INT8, INT32}, make_conv, run_conv, 0},
    {ORT, "BinaryConvAdd", 9, 2, {INT32, INT32, AFFINE, INT32, INT8, FLOAT}, {INT8, INT32}, make_conv, run_conv, 0},
    {ORT, "BinaryConvUp", 4, 1, {INT32, INT32, INT32, INT32}, {INT32}, make_conv, run_conv, 1},
    {ORT, "BinaryConvFloatUp", 7, 1, {INT32, INT32, AFFINE, INT32}, {FLOAT}, make_conv, run_conv, 1},
    {ORT, "BinaryConvInt8Up", 8, 2, {INT32, INT32, AFFINE, INT32, INT32}, {INT8, INT32}, make_conv, run_conv, 1},
    {ORT, "BinaryConvAddUp", 10, 2, {INT32, INT32, AFFINE, INT32, INT8, FLOAT, INT32}, {INT8, INT32}, make_conv, run_conv, 1},
    {ORT, "Int8Conv", 7, 2, {INT8, INT8, AFFINE, INT32}, {INT8, INT32}, make_conv, run_conv, 0},
    {ORT, "StreamConvFloat", 4, 1, {INT8, INT8, FLOAT, FLOAT}, {FLOAT}, make_last, run_last, 0},
};

VISIBLE ort_status *RegisterCustomOps(ort_options *options, const ort_base *base) {
  const ort_api api = base->get(API_VERSION);
  ort_domain *domain;
  if (!api) return CREATE_STATUS(base->get(1))(INVALID_ARGUMENT, "com.edgec: the kernels need ONNX Runtime 1.17 or newer");
  TRY(CREATE_DOMAIN(api)("com.edgec", &domain));
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) TRY(ADD_OP(api)(domain, &ops[i].ort));
  return ADD_DOMAIN(api)(options, domain);
}
