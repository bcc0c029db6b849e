"""Texts in the notation of protocol buffers: TensorFlow graphs (.pbtxt) and Caffe networks (.prototxt).

Neither is parsed to its end: the operators are found by their field, and a graph without a reaching one is
``data-only`` as far as its text goes. Other configurations in this notation (Triton's, say) are no model.
"""

from __future__ import annotations

import re

from inspector.artifacts.formats.tensorflow_graph import OPERATORS, foreign_words, is_foreign
from inspector.artifacts.formats.tensorflow_paths import Paths
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.texts.prototext_graph import judge_graph_text, unquoted
from inspector.artifacts.texts.server_config import judge_server_config
from inspector.provenance import Loading, plain

_COMMENT = re.compile(r"""("(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)|#[^\n]*""")
_TYPE = re.compile(r"""\btype\s*:\s*((?:"[^"]*"|'[^']*')(?:\s*(?:"[^"]*"|'[^']*'))*)""")
_OPERATOR = re.compile(r"""\bop\s*:\s*((?:"[^"]*"|'[^']*')(?:\s*(?:"[^"]*"|'[^']*'))*)""")
_GRAPH = re.compile(r"\b(?:node|node_def|meta_graphs|graph_def|saved_model_schema_version)\s*[:{<]")
_NETWORK = re.compile(r"\blayers?\s*:?\s*\{")
_PYTHON_LAYER = re.compile(r"""\btype\s*:\s*(?:"Python"|'Python'|PYTHON\b)|\bpython_param\s*:?\s*\{""")
_MODULE = re.compile(r"""\bmodule\s*:\s*["']([^"']*)["']""")


def read_prototext(text: str, path: str = "") -> Artifact:
    """The verdict on a .pbtxt or .prototxt text."""
    bare = _COMMENT.sub(lambda found: found.group(1) or " ", text)
    judgement = Judgement()
    if _NETWORK.search(bare):
        if _PYTHON_LAYER.search(bare) or any(
            unquoted(match.group(1)) == "Python" for match in _TYPE.finditer(bare)
        ):
            module = _MODULE.search(bare)
            named = f" {plain(module.group(1), 100)!r}" if module else ""
            judgement.note(
                Loading.RUNS_CODE,
                "python-layer",
                f"The network has a Python layer: Caffe imports its module{named} and runs it.",
            )
        return judgement.artifact("caffe-network", Loading.DATA_ONLY)
    if _GRAPH.search(bare):
        functions = judge_graph_text(bare, Paths(judgement))
        for operator in dict.fromkeys(unquoted(match.group(1)) for match in _OPERATOR.finditer(bare)):
            if operator in OPERATORS:
                judgement.note(
                    Loading.RUNS_CODE,
                    "graph-operator",
                    f"The graph has the operator {plain(operator, 100)}, which {OPERATORS[operator]}.",
                )
            elif is_foreign(operator) and operator not in functions:
                judgement.note(Loading.UNREADABLE, "custom-operator", foreign_words(operator))
        return judgement.artifact("tensorflow-graph", Loading.DATA_ONLY)
    judge_server_config(bare, judgement, path)
    return judgement.artifact("prototext", Loading.NO_LOADER)
