"""Tier one: plain data and tensors. A pickle whose every import stands here is ``allow-listed``.

The torch rows follow torch 2.13.0, ``torch/_weights_only_unpickler.py`` (the names that
``torch.load(weights_only=True)`` accepts); the numpy and standard library rows hold what those libraries
write for their own plain values.
"""

from __future__ import annotations

from inspector.artifacts.pickles.listed import Row

_TORCH = "torch 2.13.0"
_NUMPY = "numpy 2.4.6 and 1.26"
_ARRAY = "rebuilds an array from its shape, dtype and bytes"
_PREFIXES = ("numpy.core", "numpy._core")

_STORAGES = """BFloat16Storage BoolStorage ByteStorage CharStorage ComplexDoubleStorage ComplexFloatStorage
DoubleStorage FloatStorage HalfStorage IntStorage LongStorage ShortStorage"""
_TENSORS = """BFloat16Tensor ByteTensor CharTensor DoubleTensor FloatTensor HalfTensor IntTensor LongTensor
ShortTensor"""

_STANDARD = (
    Row(
        "builtins",
        "dict str int float bool complex range slice object",
        "class",
        "a type of plain values",
    ),
    Row("builtins", "set frozenset list tuple bytearray bytes", "class", "a type of plain values", "sized"),
    Row(
        "dill._dill",
        "_load_type",
        "function",
        "names a type of plain values",
        "dill-type",
        "dill 0.4.1",
    ),
    Row("dill._dill", "_create_array", "function", "rebuilds an array", "dill-array", "dill 0.4.1"),
    Row("dill._dill", "_eval_repr", "function", "a range by its text", "dill-repr", "dill 0.4.1"),
    Row("builtins", "Ellipsis NotImplemented None", "value", "a constant of the language"),
    Row("builtins", "type", "class", "asks for the type of one value", "type-of-one"),
    Row(
        "collections",
        "OrderedDict Counter deque UserDict UserList UserString ChainMap",
        "class",
        "a container of plain values",
    ),
    Row(
        "collections", "defaultdict", "class", "a dict that makes its defaults with a type", "default-factory"
    ),
    Row("_codecs", "encode", "function", "turns the text of a protocol 2 stream into bytes", "text-bytes"),
    Row(
        "copyreg",
        "_reconstructor",
        "function",
        "makes an instance of a class without calling it",
        "class-first",
    ),
    Row("copyreg", "__newobj__ __newobj_ex__", "function", "makes an instance of a class", "class-first"),
    Row("datetime", "date datetime time timedelta timezone tzinfo", "class", "a date or a time"),
    Row("decimal", "Decimal", "class", "a number"),
    Row("fractions", "Fraction", "class", "a number"),
    Row("uuid", "UUID SafeUUID", "class", "an identifier"),
    Row(
        "ipaddress",
        "IPv4Address IPv6Address IPv4Network IPv6Network IPv4Interface IPv6Interface",
        "class",
        "a network address as a value",
    ),
    Row("types", "SimpleNamespace", "class", "named values"),
    Row("argparse", "Namespace", "class", "named values"),
    Row("array", "array", "class", "numbers in a row"),
    Row("array", "_array_reconstructor", "function", "numbers in a row", "class-first"),
    Row("_io", "BytesIO StringIO", "class", "bytes or text in memory"),
    Row("io", "BytesIO StringIO", "class", "bytes or text in memory"),
    *(
        Row(
            module,
            "PurePath PurePosixPath PureWindowsPath Path PosixPath WindowsPath",
            "class",
            "a path as a value; making one opens nothing",
        )
        for module in ("pathlib", "pathlib._local")
    ),
)

_NUMPY_SCALARS = """bool bool_ bytes_ complex64 complex128 complex256 datetime64 float16 float32 float64
float128 int8 int16 int32 int64 str_ timedelta64 uint8 uint16 uint32 uint64 longdouble clongdouble
longlong ulonglong intc uintc void object_ generic number integer floating inexact signedinteger
unsignedinteger complexfloating flexible character"""

_DTYPE_CLASSES = """Float16DType Float32DType Float64DType Int8DType Int16DType Int32DType Int64DType
UInt8DType UInt16DType UInt32DType UInt64DType BoolDType"""

_NUMPY_ROWS = (
    Row("numpy", "ndarray", "class", "an array", "numpy-array", _NUMPY),
    Row("numpy", "dtype", "class", "the type of an array's elements", "numpy-dtype", _NUMPY),
    Row("numpy", _NUMPY_SCALARS, "class", "the type of one number or text", "", _NUMPY),
    *(
        Row(f"{prefix}.multiarray", "_reconstruct", "function", _ARRAY, "class-first", _NUMPY)
        for prefix in _PREFIXES
    ),
    Row("numpy.core._internal", "_reconstruct", "function", _ARRAY, "class-first", "numpy before 1.0"),
    *(
        Row(f"{prefix}.multiarray", "scalar", "function", "one number of an array", "numpy-scalar", _NUMPY)
        for prefix in _PREFIXES
    ),
    *(
        Row(f"{prefix}.numeric", "_frombuffer", "function", _ARRAY, "numpy-buffer", _NUMPY)
        for prefix in _PREFIXES
    ),
    *(
        Row(f"{prefix}.multiarray", "ndarray", "class", "an array", "numpy-array", _NUMPY)
        for prefix in _PREFIXES
    ),
    *(
        Row(f"{prefix}.multiarray", "dtype", "class", "the type of elements", "numpy-dtype", _NUMPY)
        for prefix in _PREFIXES
    ),
    *(
        Row(
            f"{prefix}._internal",
            "_convert_to_stringdtype_kwargs",
            "function",
            "the type of texts of any length",
            "numpy-stringdtype",
            _NUMPY,
        )
        for prefix in _PREFIXES
    ),
    Row("numpy.dtypes", _DTYPE_CLASSES, "class", "the type of an array's elements", "numpy-dtype", _NUMPY),
)

_TORCH_ROWS = (
    Row("torch", _STORAGES, "class", "the numbers of tensors", "", _TORCH),
    Row(
        "torch",
        "QInt32Storage QInt8Storage QUInt2x4Storage QUInt4x2Storage QUInt8Storage",
        "class",
        "the numbers of quantized tensors",
        "",
        _TORCH,
    ),
    Row("torch", "Tensor BoolTensor " + _TENSORS, "class", "a tensor", "", _TORCH),
    Row(
        "torch.cuda",
        _STORAGES + " BoolTensor " + _TENSORS,
        "class",
        "numbers of tensors on a GPU",
        "",
        _TORCH,
    ),
    Row("torch.sparse", _TENSORS, "class", "a sparse tensor", "", _TORCH),
    Row("torch.cuda.sparse", _TENSORS, "class", "a sparse tensor on a GPU", "", _TORCH),
    Row("torch.storage", "TypedStorage UntypedStorage", "class", "the numbers of tensors", "", _TORCH),
    Row("torch.nn.parameter", "Parameter", "class", "a tensor that training may change", "", _TORCH),
    Row("torch", "Size device", "class", "a shape, or the name of a device", "", _TORCH),
    Row(
        "torch",
        """bfloat16 bool complex32 complex64 complex128 float16 float32 float64 float4_e2m1fn_x2
        float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu int1 int2 int3 int4 int5
        int6 int7 int8 int16 int32 int64 uint1 uint2 uint3 uint4 uint5 uint6 uint7 uint8 uint16 uint32
        uint64 qint8 qint32 quint8 quint2x4 quint4x2 bits8 bits16 bits1x8 bits2x4 bits4x2""",
        "value",
        "the type of a tensor's elements",
        "",
        _TORCH,
    ),
    Row(
        "torch",
        """per_channel_affine per_channel_affine_float_qparams per_channel_symmetric
        per_tensor_affine per_tensor_symmetric""",
        "value",
        "how a tensor is quantized",
        "",
        _TORCH,
    ),
    Row(
        "torch._utils",
        """_rebuild_device_tensor_from_cpu_tensor _rebuild_device_tensor_from_numpy
        _rebuild_meta_tensor_no_storage _rebuild_nested_tensor _rebuild_parameter
        _rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_tensor _rebuild_tensor
        _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_wrapper_subclass""",
        "function",
        "rebuilds a tensor over its storage",
        "",
        _TORCH,
    ),
    Row(
        "torch._tensor",
        "_rebuild_from_type_v2",
        "function",
        "rebuilds a tensor of a subclass",
        "torch-from-type",
        _TORCH,
    ),
    Row(
        "torch.storage",
        "_load_from_bytes",
        "function",
        "reads a storage from bytes, which are judged as a file of their own",
        "nested-bytes",
        _TORCH,
    ),
    Row(
        "torch.jit._pickle",
        "build_boollist build_doublelist build_intlist build_tensorlist restore_type_tag",
        "function",
        "gives back the value that it is handed, whose type TorchScript keeps",
        "gives-back",
        _TORCH,
    ),
    # torch.nested, torch._dynamo and torch.distributed.tensor put these on the list of weights_only.
    Row(
        "torch.nested._internal.nested_tensor", "NestedTensor", "class", "a tensor of ragged rows", "", _TORCH
    ),
    Row(
        "torch.nested._internal.nested_tensor",
        "_rebuild_njt",
        "function",
        "rebuilds a tensor of ragged rows",
        "",
        _TORCH,
    ),
    Row("torch._dynamo.decorators", "_DimRange", "class", "the bounds of a dimension", "", _TORCH),
    Row(
        "torch.distributed._mesh_layout",
        "_FlatLayout _MeshLayout",
        "class",
        "an order of devices",
        "",
        _TORCH,
    ),
    Row("torch.distributed.tensor", "DTensor", "class", "a tensor in parts", "bare", _TORCH),
    Row(
        "torch.distributed.tensor._dtensor_spec",
        "DTensorSpec ShardOrderEntry TensorMeta",
        "class",
        "how a tensor is cut into parts",
        "",
        _TORCH,
    ),
    Row(
        "torch.distributed.tensor.placement_types",
        "Partial Replicate Shard _StridedShard",
        "class",
        "where a part of a tensor lies",
        "",
        _TORCH,
    ),
    Row("torch.distributed.device_mesh", "DeviceMesh", "class", "an order of devices", "bare", _TORCH),
    Row("torch.serialization", "_get_layout", "function", "names the layout of a sparse tensor", "", _TORCH),
)

PLAIN: tuple[Row, ...] = (*_STANDARD, *_NUMPY_ROWS, *_TORCH_ROWS)
