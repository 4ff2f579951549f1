"""What an OpenVINO IR of a bundle is made of: its elements, its layers and their attributes.

None of the layers runs a graph of its own (TensorIterator, Loop, If), reads a file or holds a state.
"""

_NAMES = (
    "Parameter Result Const Convert ConvertLike FakeQuantize FakeConvert Convolution GroupConvolution "
    "ConvolutionBackpropData GroupConvolutionBackpropData BinaryConvolution MatMul Einsum AvgPool "
    "MaxPool AdaptiveAvgPool AdaptiveMaxPool BatchNormInference MVN LRN NormalizeL2 GroupNormalization "
    "RMS ScaledDotProductAttention ReLU PReLU Clamp Elu Selu Gelu HSwish HSigmoid HardSigmoid Sigmoid "
    "Swish Mish SoftPlus SoftSign Softmax SoftMax LogSoftmax Tanh Erf Abs Add Ceiling Cos Divide Exp "
    "Floor FloorMod Log Maximum Minimum Mod Multiply Negative Power Round Sign Sin Sqrt "
    "SquaredDifference Subtract Equal Greater GreaterEqual Less LessEqual LogicalAnd LogicalNot "
    "LogicalOr LogicalXor NotEqual Select ReduceL1 ReduceL2 ReduceMax ReduceMean ReduceMin ReduceProd "
    "ReduceSum TopK Broadcast Concat DepthToSpace Gather GatherElements GatherND GridSample Interpolate "
    "Pad Reshape ShapeOf Slice SpaceToDepth Split Squeeze StridedSlice Transpose Unsqueeze "
    "VariadicSplit"
)

LAYERS = frozenset(_NAMES.split())

VERSIONS = frozenset(f"opset{number}" for number in range(1, 17))

# Element -> the elements that it may stand in.
PARENTS: dict[str, tuple[str, ...]] = {
    "net": ("",),
    "layers": ("net",),
    "edges": ("net",),
    "rt_info": ("net", "layer", "port"),
    "layer": ("layers",),
    "data": ("layer",),
    "input": ("layer",),
    "output": ("layer",),
    "port": ("input", "output"),
    "dim": ("port",),
    "edge": ("edges",),
    "attribute": ("rt_info",),
}

_DATA = (
    "shape element_type offset size auto_broadcast auto_pad axis axes destination_type dilations "
    "index_element_type kernel levels mode output_padding output_type pads_begin pads_end rounding_type "
    "rounding-type exclude-pad exclude_pad special_zero strides keep_dims approximation_mode block_size "
    "eps eps_mode epsilon normalize_variance across_channels num_splits num_groups begin_mask end_mask "
    "new_axis_mask shrink_axis_mask ellipsis_mask transpose_a transpose_b min max alpha beta bias group "
    "pad_mode pad_value coordinate_transformation_mode nearest_mode antialias cube_coeff "
    "shape_calculation_mode sort stable batch_dims m_pythondiv equation align_corners padding_mode "
    "region_size causal"
)

# Element -> the attributes that it may have. None of them names a file.
ATTRIBUTES: dict[str, frozenset[str]] = {
    "net": frozenset(("name", "version")),
    "layers": frozenset(),
    "edges": frozenset(),
    "rt_info": frozenset(),
    "layer": frozenset(("id", "name", "type", "version", "output_names")),
    "data": frozenset(_DATA.split()),
    "input": frozenset(),
    "output": frozenset(),
    "port": frozenset(("id", "precision", "names")),
    "dim": frozenset(),
    "edge": frozenset(("from-layer", "from-port", "to-layer", "to-port")),
    "attribute": frozenset(("name", "version", "value")),
}

# The notes that a layer may carry; others can name where weights are read from.
NOTES = frozenset(
    ("fused_names", "decompression", "precise", "disable_fp16_compression", "DisablePrecisionConversion")
)

# Element type -> bits of an element.
BITS = {
    "f64": 64, "f32": 32, "f16": 16, "bf16": 16, "i64": 64, "i32": 32, "i16": 16, "i8": 8, "i4": 4,
    "u64": 64, "u32": 32, "u16": 16, "u8": 8, "u4": 4, "u1": 1, "boolean": 8,
}  # fmt: skip
