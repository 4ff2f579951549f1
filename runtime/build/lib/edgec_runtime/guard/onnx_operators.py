"""The standard ONNX operators that a bundle may hold: those of segmentation networks.

None of them runs a graph of its own, makes a tensor of any size from nothing, or reads a file.
"""

_NAMES = (
    "Conv ConvTranspose ConvInteger QLinearConv MatMul MatMulInteger QLinearMatMul Gemm Einsum "
    "QuantizeLinear DequantizeLinear DynamicQuantizeLinear Cast CastLike BatchNormalization "
    "InstanceNormalization LayerNormalization GroupNormalization RMSNormalization LpNormalization LRN "
    "MeanVarianceNormalization Dropout Identity Relu LeakyRelu PRelu ThresholdedRelu Clip Elu Selu Celu "
    "Gelu Mish Swish HardSwish HardSigmoid Sigmoid Softmax LogSoftmax Softplus Softsign Tanh Erf Abs "
    "Add Ceil Cos Div Exp Floor Log Max Mean Min Mod Mul Neg Pow Reciprocal Round Sign Sin Sqrt Sub Sum "
    "And Equal Greater GreaterOrEqual Less LessOrEqual Not Or Where Xor BitShift BitwiseAnd BitwiseNot "
    "BitwiseOr BitwiseXor AveragePool GlobalAveragePool GlobalLpPool GlobalMaxPool LpPool MaxPool "
    "ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum "
    "ReduceSumSquare ArgMax ArgMin CenterCropPad Concat Constant DepthToSpace Expand Flatten Gather "
    "GatherElements GatherND GridSample Pad Reshape Resize Shape Size Slice SpaceToDepth Split Squeeze "
    "Transpose Unsqueeze Upsample"
)

OPERATORS = frozenset(_NAMES.split())
