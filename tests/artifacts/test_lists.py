"""The lists: exact names, a reason for every row, one digest."""

from __future__ import annotations

import _compat_pickle

from inspector.artifacts import allow_list_digest
from inspector.artifacts.pickles.allow_library import LIBRARY
from inspector.artifacts.pickles.allow_plain import PLAIN
from inspector.artifacts.pickles.compat_names import current_name
from inspector.artifacts.pickles.danger import DANGEROUS_MODULES, DANGEROUS_NAMES
from inspector.artifacts.pickles.listed import Tier, entry_for
from inspector.artifacts.pickles.rules import RULES


def test_every_row_says_why_it_stands_there() -> None:
    for row in (*PLAIN, *LIBRARY, *DANGEROUS_NAMES):
        assert row.module and row.names.split() and len(row.reason) > 5 and row.read_from
        assert row.kind in ("class", "function", "value", "enum")
        assert not row.rule or row.rule in RULES or row.rule == "joblib-array"
    assert all(DANGEROUS_MODULES.values())


def test_no_allowed_name_is_dangerous_or_dotted_save_classes_inside_of_listed_classes() -> None:
    dangerous = {(row.module, name) for row in DANGEROUS_NAMES for name in row.names.split()}
    for row in (*PLAIN, *LIBRARY):
        for name in row.names.split():
            is_inside = row.kind == "class" and name.rpartition(".")[0] in row.names.split()
            assert "." not in name or row.kind == "value" or is_inside
            assert (row.module, name) not in dangerous


def test_the_fix_imports_map_is_that_of_cpython() -> None:
    for (module, name), target in _compat_pickle.NAME_MAPPING.items():
        assert current_name(module, name) == target
    for module, target in _compat_pickle.IMPORT_MAPPING.items():
        assert current_name(module, "unheard of") == (target, "unheard of")
    assert current_name("mymodule", "name") == ("mymodule", "name")


def test_names_match_exactly() -> None:
    assert entry_for("torch", "FloatStorage").tier is Tier.PLAIN
    for module, name in (
        ("torch", "floatstorage"), ("torch", "FloatStorage "), ("torch ", "FloatStorage"),
        ("Torch", "FloatStorage"),
        ("torch", "FloatStorage.x"), ("torch.FloatStorage", ""), ("", "set"), ("builtins", "set.add"),
        ("sklearn.pipeline", "pipeline"), ("torch", "nn"),
    ):  # fmt: skip
        assert entry_for(module, name).tier > Tier.LIBRARY


def test_a_dangerous_module_is_dangerous_in_all_its_parts() -> None:
    for module in ("os", "os.path", "subprocess", "torch.hub", "ctypes.util", "pip._internal.cli"):
        assert entry_for(module, "anything").tier is Tier.DANGEROUS
    for module in ("osmosis", "my.os", "torchhub", "ospath"):
        assert entry_for(module, "anything").tier is Tier.UNKNOWN


def test_the_digest_is_stable_and_hexadecimal() -> None:
    digest = allow_list_digest()
    assert digest == allow_list_digest()
    assert len(digest) == 64 and int(digest, 16)
