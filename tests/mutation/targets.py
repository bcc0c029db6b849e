"""What is mutated, and which tests should notice.

``tests`` run in the process of the mutant, those that reach the changed lines, until one fails. A path may be
a pattern. ``warm`` is a test that is run once before any change, so that what a whole session shares (a
signed package) is there. ``first`` are names of tests that go through as much as can be and pass: what breaks
everything is seen at once. ``apart`` are tests that start other programs: they see a mutant only as a changed
file (``--apart``). ``is_copied``: tests load a copy of the file from another folder, which is changed too.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    tests: tuple[str, ...]
    warm: str = ""
    first: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    is_copied: bool = False


_WARM = "test_attacks.py::test_both_refuse_by_the_same_code[strip_signatures]"
_FIRST = ("test_the_untouched_package_passes_both",)
_GATE = Target(
    (
        *("tests/gate/test_attacks.py", "tests/gate/test_forged_*.py", "tests/gate/test_hub_cache.py"),
        *("tests/gate/test_installed_packages.py", "tests/gate/test_mutants_gate*.py"),
        *("tests/record/test_trust.py", "tests/record/test_signing.py"),
    ),
    _WARM,
    _FIRST,
    ("tests/gate/test_gate_process.py", "tests/gate/test_packaging.py"),
    is_copied=True,
)
_RECORD = Target(
    (
        *("tests/record/test_keys.py", "tests/record/test_manifest.py", "tests/record/test_signing.py"),
        *("tests/record/test_trust.py", "tests/record/test_zip.py", "tests/record/test_ssh_agent.py"),
        *("tests/record/test_mutants_*.py", "tests/gate/test_attacks.py"),
    ),
    _WARM,
    _FIRST,
    ("tests/record/test_commands.py",),
)
_PICKLES = Target(
    (
        *("tests/artifacts/test_hostile_pickles.py", "tests/artifacts/test_machine_against_cpython.py"),
        *("tests/artifacts/test_pickle_gadgets.py", "tests/artifacts/test_nested_pickles.py"),
        *(
            "tests/artifacts/test_harmless.py",
            "tests/artifacts/test_odd_*.py",
            "tests/artifacts/test_lists.py",
        ),
        *("tests/artifacts/test_reason_codes.py", "tests/artifacts/test_library_tools.py"),
        *("tests/artifacts/test_same_bytes_same_verdict.py", "tests/artifacts/test_mutants_*.py"),
    )
)
# What reaches few lines of the machine's own tests has tests beside it.
_NUMPY = Target(
    (
        *(
            f"tests/artifacts/test_{name}.py"
            for name in ("layouts_of_dtypes", "costly_calls", "odd_calls", "listed_columns", "sizes_of_words")
        ),
        *("tests/artifacts/test_arrays_in_a_row.py", "tests/artifacts/test_pickle_gadgets.py"),
        *("tests/artifacts/test_hostile_pickles.py", "tests/artifacts/test_mutants_*.py"),
    )
)
_FILES = Target(
    (
        *(f"tests/artifacts/test_{name}.py" for name in ("old_pickles", "whole_streams", "broken_streams")),
        *(f"tests/artifacts/test_{name}.py" for name in ("frames_in_frames", "two_ends", "behind_models")),
        *(f"tests/artifacts/test_{name}.py" for name in ("polyglots", "nested_pickles", "hostile_pickles")),
        *("tests/artifacts/test_arrays_in_a_row.py", "tests/artifacts/test_mutants_*.py"),
    )
)
_READ = Target(("tests/artifacts/test_explain.py", "tests/artifacts/test_mutants_*.py"))
_P = "inspector/artifacts/pickles"

TARGETS: dict[str, Target] = {
    "inspector/gate/inspector_gate.py": _GATE,
    "inspector/gate/guard.py": Target(
        ("tests/gate/test_guard.py", "tests/gate/test_mutants_guard*.py", "tests/gate/test_hub_cache.py")
    ),
    **{f"inspector/record/{name}.py": _RECORD for name in ("verify", "dsse", "trust", "manifest", "keys")},
    **{
        f"{_P}/{name}.py": _PICKLES
        for name in (
            *("machine", "outcome", "stack", "opcodes", "symbols", "listed", "effects"),
            "effect_table",
            *("rules", "rules_attributes", "rules_dill", "rules_formula", "rules_libraries"),
            *("rules_state", "numbers", "text_lines", "compat_names"),
        )
    },
    **{
        f"{_P}/{name}.py": _NUMPY
        for name in ("rules_numpy", "rules_dtype", "rules_costs", "element_sizes", "joblib_array")
    },
    **{f"{_P}/{name}.py": _FILES for name in ("file", "walk", "nested")},
    **{f"{_P}/{name}.py": _READ for name in ("listing", "byte_code", "decompile")},
}
