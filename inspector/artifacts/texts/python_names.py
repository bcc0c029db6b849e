"""The names with two low lines at both ends that objects of Python have: the rows of one table.

From ``dir`` of every class, function, frame, generator and module of the standard library of Python 3.11,
what 3.12 to 3.14 and Python 2 add by their data models ("Special method names", "What's New"), and the
protocols of NumPy, PyTorch and pydantic. What is missing is an attribute of nothing a template can hold.
"""

from __future__ import annotations

import re

_NAMED = """
about abs abstractmethods add aenter aexit aiter all alloc and anext annotate annotations args array
array_finalize array_function array_interface array_struct array_ufunc array_wrap author await base
bases basicsize bool bound breakpointhook buffer build_class builtins bytes cached call callback
cause ceil class class_getitem classcell classdictcell closure cmp code coerce complex concat
conditional_annotations constraints contains context contravariant copy copyright covariant credits
ctypes_from_outparam dataclass_fields dataclass_params date debug deepcopy default defaults del
delattr delete delitem delslice dict dictoffset dir displayhook div divmod doc docformat enter eq
excepthook exit fields file final firstlineno flags float floor floordiv format forward_arg
forward_code forward_evaluated forward_is_argument forward_is_class forward_module forward_value
fspath func future ge get getattr getattribute getformat getinitargs getitem getnewargs getslice
getstate globals gt hash hex html html_format iadd iand iconcat ifloordiv ilshift imatmul imod
import imul index infer_variance init init_subclass instancecheck int interactivehook inv invert ior
ipow irshift is_protocol isabstractmethod isub itemsize iter itruediv ixor jinja_template kwdefaults
lazy_import le len length_hint loader long lshift lt main match_args matmul members metaclass
methods missing mod module mro mro_entries mul name ne neg new newobj newobj_ex next nonzero not
notes objclass oct optional_keys or orig_bases origin package parameters path pos post_init pow
prepare private_attributes protocol_attrs pydantic_config pydantic_core_schema pydantic_decorators
pydantic_extra pydantic_fields pydantic_parent_namespace pydantic_private pydantic_serializer
pydantic_validator qualname radd rand rdiv rdivmod reduce reduce_ex release_buffer replace repr
required_keys reversed rfloordiv rlshift rmatmul rmod rmul ror round rpow rrshift rshift rsub
rtruediv rxor self self_class set set_name setattr setitem setslice setstate signature sizeof slots
spec static_attributes status stderr stdin stdout str sub subclasscheck subclasses subclasshook
supertype suppress_context test text_signature thisclass torch_dispatch torch_function total
traceback truediv trunc type_params typing_subst unicode unpacked unraisablehook value
vectorcalloffset version warningregistry weakref weakrefoffset wrapped xname xor
"""
_NAMES = frozenset(_NAMED.split())
_WHOLE = re.compile(r"__[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*__\Z")


def is_no_name_of_python(text: str) -> bool:
    """Whether a text looks like such a name, whole, and no object of Python has it: a key, a token."""
    return _WHOLE.match(text) is not None and text[2:-2].lower() not in _NAMES
