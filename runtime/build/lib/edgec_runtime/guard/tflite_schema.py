"""The tables of a TFLite file (schema version 3) that a bundle may hold, and those that it may not."""

from edgec_runtime.guard.flatbuffer import Field, Schema


def _refused(name: str, kind: str, why: str) -> Field:
    return Field(name, kind, f"{why}, which a bundle may not have")


SCHEMA: Schema = {
    "Model": (
        Field("version", "u32"),
        Field("operator_codes", "[OperatorCode]"),
        Field("subgraphs", "[SubGraph]"),
        Field("description", "text"),
        Field("buffers", "[Buffer]"),
        Field("metadata_buffer", "[i32]"),
        Field("metadata", "[Metadata]"),
        Field("signature_defs", "[SignatureDef]"),
        _refused("external_buffer_groups", "union", "data in other files"),
        _refused("external_buffers", "union", "data in other files"),
    ),
    "OperatorCode": (
        Field("deprecated_code", "i8"),
        Field("custom_code", "text"),
        Field("version", "i32"),
        Field("code", "i32"),
    ),
    "SubGraph": (
        Field("tensors", "[Tensor]"),
        Field("inputs", "[i32]"),
        Field("outputs", "[i32]"),
        Field("operators", "[Operator]"),
        Field("name", "text"),
        Field("debug_metadata_index", "i32"),
    ),
    "Tensor": (
        Field("shape", "[i32]"),
        Field("type", "i8"),
        Field("buffer", "u32"),
        Field("name", "text"),
        Field("quantization", "Quantization"),
        _refused("is_variable", "bool", "a variable"),
        _refused("sparsity", "union", "a sparse tensor"),
        Field("shape_signature", "[i32]"),
        Field("has_rank", "bool"),
        _refused("variant_tensors", "union", "a variant tensor"),
        _refused("external_buffer", "u32", "data in another file"),
    ),
    "Quantization": (
        Field("min", "[f32]"),
        Field("max", "[f32]"),
        Field("scale", "[f32]"),
        Field("zero_point", "[i64]"),
        _refused("details_type", "u8", "a quantization of its own"),
        _refused("details", "union", "a quantization of its own"),
        Field("dimension", "i32"),
    ),
    "Operator": (
        Field("code", "u32"),
        Field("inputs", "[i32]"),
        Field("outputs", "[i32]"),
        Field("options_type", "u8"),
        Field("options", "union"),
        _refused("custom_options", "union", "options of a custom operator"),
        Field("custom_options_format", "i8"),
        _refused("mutating_variable_inputs", "union", "variables"),
        _refused("intermediates", "union", "intermediate tensors"),
        _refused("large_custom_options_offset", "u64", "options of a custom operator"),
        _refused("large_custom_options_size", "u64", "options of a custom operator"),
        _refused("options_2_type", "u8", "options of the second kind"),
        _refused("options_2", "union", "options of the second kind"),
        Field("debug_metadata_index", "i32"),
    ),
    "Buffer": (
        Field("data", "[u8]"),
        _refused("offset", "u64", "data outside the flatbuffer"),
        _refused("size", "u64", "data outside the flatbuffer"),
    ),
    "Metadata": (Field("name", "text"), Field("buffer", "u32")),
    "SignatureDef": (
        Field("inputs", "[TensorMap]"),
        Field("outputs", "[TensorMap]"),
        Field("key", "text"),
        _refused("deprecated_tag", "union", "a tag"),
        Field("subgraph_index", "u32"),
    ),
    "TensorMap": (Field("name", "text"), Field("tensor", "u32")),
}

# Every table of options by its name: the kinds of its fields, in order.
_OPTIONS = {
    "Options": "",
    "Activation": "i8",
    "AddSub": "i8 bool",
    "Pool": "i8 i32 i32 i32 i32 i8",
    "Concatenation": "i32 i8",
    "Convolution": "i8 i32 i32 i8 i32 i32 i8",
    "DepthwiseConvolution": "i8 i32 i32 i32 i8 i32 i32",
    "TransposeConvolution": "i8 i32 i32 i8 i8",
    "FullyConnected": "i8 i8 bool bool i8",
    "Integer": "i32",
    "Integers": "[i32]",
    "Byte": "i8",
    "Flag": "bool",
    "Flags": "bool bool bool",
    "Number": "f32",
    "Pair": "i32 i32",
    "ResizeBilinear": "i32 i32 bool bool",
    "ResizeNearest": "bool bool",
    "StridedSlice": "i32 i32 i32 i32 i32 bool",
    "Cast": "i8 i8",
}
OPTIONS: Schema = {
    name: tuple(Field(f"field {i}", kind) for i, kind in enumerate(kinds.split()))
    for name, kinds in _OPTIONS.items()
}
