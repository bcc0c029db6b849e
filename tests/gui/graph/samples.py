"""Sample provenance graphs, made up: a project of the usual size, hostile names, and large random ones."""

from __future__ import annotations

import random

from inspector.provenance import (
    Confidence,
    Edge,
    EdgeKind,
    Finding,
    Loading,
    Node,
    NodeKind,
    Pin,
    Severity,
    finding_id,
    node_id,
)

Sample = tuple[list[Node], list[Edge], list[Finding]]

PACKAGES = """
torch transformers accelerate datasets tokenizers safetensors numpy scipy pandas scikit-learn joblib
pillow requests urllib3 certifi idna charset-normalizer filelock fsspec pyyaml regex tqdm packaging
jinja2 markupsafe sympy networkx mpmath triton nvidia-cublas-cu12 nvidia-cudnn-cu12 huggingface-hub
peft bitsandbytes sentencepiece protobuf einops wandb click gitpython psutil sentry-sdk setproctitle
platformdirs docker-pycreds aiohttp aiosignal attrs frozenlist multidict yarl xxhash dill
multiprocess pyarrow six python-dateutil pytz tzdata typing-extensions
""".split()  # noqa: SIM905 - a list of sixty names reads better as text

HOSTILE_NAMES = [
    "<b>bold</b><img src=file:///etc/hostname>",
    "right\u202eto-left.bin",
    "line\nbreak\ttab.pkl",
    "\x1b[31mred\x1b[0m.pt",
    '=HYPERLINK("http://example.invalid")',
    "zero\u200bwidth\u2066.safetensors",
    "x" * 1_000_000 + ".safetensors",
    "نموذج-عربي/قاعدة-7b",
    "模型/基础-七十亿参数-指令微调-版本-二点五",
]


def _node(kind: NodeKind, name: str, **rest: object) -> Node:
    return Node(node_id(kind, name), kind, name, **rest)  # type: ignore[arg-type]


def finding(node: Node, rule: str, severity: Severity) -> Finding:
    return Finding(
        finding_id(rule, node.id),
        rule,
        severity,
        Confidence.HIGH,
        node.id,
        f"{rule} on {node.name[:40]}",
        "Made up for a test.",
        "Nothing to do.",
    )


def project() -> Sample:
    """A support assistant: code, weights, a base model with its lineage, datasets, sixty packages."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    findings: list[Finding] = []

    def add(kind: NodeKind, name: str, **rest: object) -> Node:
        node = _node(kind, name, **rest)
        nodes.append(node)
        return node

    def join(
        source: Node, target: Node, kind: EdgeKind, *evidence: dict[str, object], agree: bool | None = None
    ) -> None:
        edges.append(Edge(source.id, target.id, kind, tuple(evidence), agree))

    def says(node: Node, rule: str, severity: Severity) -> None:
        findings.append(finding(node, rule, severity))

    root = add(NodeKind.PROJECT, "support-assistant", attributes={"root": True})
    code = [
        add(NodeKind.CODE, name, pin=Pin.LOCAL, loading=Loading.NO_LOADER)
        for name in (
            "src/assistant/serve.py",
            "src/assistant/train.py",
            "src/assistant/evaluate.py",
            "src/assistant/retrieval.py",
            "src/assistant/tools/web.py",
            "notebooks/finetune-v3.ipynb",
            "scripts/convert_checkpoint.sh",
            "src/assistant/settings.py",
            "src/assistant/prompts.py",
            "tests/test_serve.py",
            "Dockerfile",
            ".github/workflows/deploy.yml",
        )
    ]
    weights = [
        ("models/ranker/scaler.pkl", Loading.RUNS_CODE, Severity.CRITICAL),
        ("models/ranker/ranker.joblib", Loading.UNKNOWN_IMPORT, Severity.HIGH),
        ("models/classifier/pytorch_model.bin", Loading.ALLOW_LISTED, Severity.LOW),
        ("models/classifier/model.safetensors", Loading.DATA_ONLY, None),
        (
            "models/embedder/embedder-v2.1.0-final-quantised-int8.onnx",
            Loading.NOT_UNDERSTOOD,
            Severity.MEDIUM,
        ),
        ("models/legacy/intent.h5", Loading.RUNS_CODE, Severity.HIGH),
        ("models/legacy/vocab.pkl", Loading.LIBRARY, Severity.MEDIUM),
        ("models/adapter/adapter_model.safetensors", Loading.DATA_ONLY, None),
    ]
    files = []
    for name, loading, severity in weights:
        pickled = loading in (Loading.ALLOW_LISTED, Loading.LIBRARY, Loading.UNKNOWN_IMPORT) or name.endswith(
            ".pkl"
        )
        node = add(NodeKind.MODEL_FILE, name, pin=Pin.LOCAL, loading=loading, attributes={"pickle": pickled})
        files.append(node)
        if severity:
            says(node, "pickle-imports" if pickled else "file-runs-code", severity)
    data = [
        add(NodeKind.DATASET_FILE, f"data/{name}", pin=Pin.LOCAL, loading=Loading.DATA_ONLY)
        for name in ("tickets-2024.jsonl", "tickets-2025.jsonl", "golden-answers.csv", "feedback.parquet")
    ]
    says(data[1], "trigger-pattern", Severity.MEDIUM)
    manifests = [
        add(NodeKind.MANIFEST, name, pin=Pin.LOCAL)
        for name in (
            "pyproject.toml",
            "requirements.txt",
            "requirements-train.txt",
            "uv.lock",
            "environment.yml",
        )
    ]
    for node in (*code, *files, *data, *manifests):
        join(root, node, EdgeKind.CONTAINS)

    base = add(
        NodeKind.MODEL,
        "acme/support-7b-instruct",
        pin=Pin.NONE,
        loading=Loading.RUNS_CODE,
        attributes={"pickle": True, "license": "apache-2.0", "gated": False, "revision": "main"},
    )
    parent = add(
        NodeKind.MODEL,
        "open-lab/base-7b",
        pin=Pin.MOVABLE,
        attributes={
            "license": "other",
            "gated": "manual",
            "revision": "9f1c2d7be4" * 4,
        },
    )
    merge = add(
        NodeKind.MODEL, "quiet-forge/base-7b-merge", pin=Pin.UNDETERMINED, attributes={"pickle": True}
    )
    embed = add(
        NodeKind.MODEL,
        "sentence-tools/embed-small-en-v1.5",
        pin=Pin.COMMIT,
        attributes={"license": "mit", "gated": False, "revision": "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a"},
    )
    rerank = add(
        NodeKind.MODEL,
        "rank-house/cross-encoder-l6",
        pin=Pin.MOVABLE,
        attributes={"pickle": True, "license": "apache-2.0"},
    )
    whisper = add(NodeKind.MODEL, "voice-lab/whisper-small-ft", pin=Pin.NONE, loading=Loading.UNREADABLE)
    sets = [
        add(NodeKind.DATASET, "open-lab/web-mix-2t", pin=Pin.NONE, attributes={"gated": False}),
        add(NodeKind.DATASET, "acme/support-dialogues", pin=Pin.MOVABLE),
        add(NodeKind.DATASET, "crowd/preference-pairs", pin=Pin.COMMIT),
    ]
    owners = {
        name: add(NodeKind.OWNER, name, attributes={"type": kind, "verified": verified})
        for name, kind, verified in (
            ("acme", "organization", True),
            ("open-lab", "organization", False),
            ("quiet-forge", "user", False),
            ("rank-house", "organization", False),
            ("crowd", "user", False),
        )
    }
    for model in (base, parent, merge, rerank, *sets):
        join(model, owners[model.name.split("/")[0]], EdgeKind.PUBLISHED_BY)
    join(
        base,
        merge,
        EdgeKind.DERIVED_FROM,
        {"source": "card", "value": merge.name, "relation": "finetune"},
        {"source": "config", "value": parent.name, "relation": "adapter"},
        agree=False,
    )
    join(merge, parent, EdgeKind.DERIVED_FROM, {"source": "tag", "value": parent.name, "relation": "merge"})
    join(parent, sets[0], EdgeKind.TRAINED_ON)
    join(base, sets[1], EdgeKind.TRAINED_ON)
    join(base, sets[2], EdgeKind.TRAINED_ON)
    for place, target, kind in (
        (0, base, EdgeKind.LOADS),
        (0, rerank, EdgeKind.LOADS),
        (1, base, EdgeKind.REFERENCES),
        (1, sets[1], EdgeKind.REFERENCES),
        (3, embed, EdgeKind.LOADS),
        (3, rerank, EdgeKind.LOADS),
        (5, base, EdgeKind.REFERENCES),
        (4, whisper, EdgeKind.LOADS),
        (0, files[0], EdgeKind.LOADS),
        (6, files[2], EdgeKind.LOADS),
        (2, sets[2], EdgeKind.REFERENCES),
    ):
        join(code[place], target, kind, {"path": code[place].name, "line": 12 + place, "text": "load(...)"})
    image = add(NodeKind.CONTAINER_IMAGE, "pytorch/pytorch:2.3.1-cuda12.1-cudnn8-runtime", pin=Pin.MOVABLE)
    join(code[10], image, EdgeKind.REFERENCES)
    says(base, "remote-code", Severity.CRITICAL)
    says(base, "unpinned-model", Severity.HIGH)
    says(merge, "lineage-differs", Severity.HIGH)
    says(merge, "pickle-only", Severity.HIGH)
    says(rerank, "unpinned-model", Severity.HIGH)
    says(whisper, "unreadable-weights", Severity.HIGH)
    says(image, "movable-image", Severity.MEDIUM)
    says(sets[0], "unpinned-dataset", Severity.MEDIUM)
    says(sets[1], "unpinned-dataset", Severity.MEDIUM)
    says(owners["quiet-forge"], "new-owner", Severity.LOW)

    draw = random.Random(7)
    packages = []
    for place, name in enumerate(PACKAGES):
        pin = (Pin.VERSION, Pin.DIGEST, Pin.MOVABLE, Pin.VERSION)[place % 4]
        version = f"{draw.randint(0, 4)}.{draw.randint(0, 30)}.{draw.randint(0, 9)}"
        package = add(NodeKind.PACKAGE, name, pin=pin, attributes={"version": version})
        packages.append(package)
        if place < 22:
            join(root, package, EdgeKind.DEPENDS_ON)
            join(package, manifests[place % 4], EdgeKind.DECLARED_IN)
        else:
            for upper in sorted(draw.sample(range(place // 2), 2)):
                join(packages[upper], package, EdgeKind.DEPENDS_ON)
        if pin is Pin.MOVABLE:
            says(package, "unpinned-package", Severity.LOW)
        if place in (10, 23, 44):
            says(package, "known-vulnerability", Severity.HIGH)
    return nodes, edges, findings


def small() -> Sample:
    """Twelve nodes: small enough that the story shows all of it."""
    nodes, edges, findings = project()
    keep = {"project:support-assistant", "code:src/assistant/serve.py", "code:src/assistant/train.py"}
    names = ("support-7b", "base-7b", "scaler.pkl", "acme", "support-dialogues", "web-mix")
    keep |= {node.id for node in nodes if any(name in node.name for name in names)}
    return (
        [node for node in nodes if node.id in keep],
        [edge for edge in edges if edge.source in keep and edge.target in keep],
        [item for item in findings if item.node in keep],
    )


def hostile() -> Sample:
    """A project whose files, models and packages have names made to break what shows them."""
    root = _node(NodeKind.PROJECT, "<i>proj</i>\u202e\x1b", attributes={"root": True})
    kinds = (NodeKind.MODEL_FILE, NodeKind.MODEL, NodeKind.PACKAGE)
    nodes = [root]
    for place, name in enumerate(HOSTILE_NAMES):
        nodes.append(
            _node(
                kinds[place % 3],
                name,
                pin=Pin.NONE,
                loading=Loading.UNKNOWN_IMPORT,
                attributes={"version": "1\u202e.0", "revision": "<u>main</u>\n"},
            )
        )
    edges = [Edge(root.id, node.id, EdgeKind.CONTAINS) for node in nodes[1:]]
    return nodes, edges, [finding(node, "hostile", Severity.HIGH) for node in nodes[1:]]


def random_graph(count: int, seed: int = 1, degree: float = 2.0, risky: float = 0.04) -> Sample:
    """``count`` nodes below one project, mostly forward edges, a few cycles, hubs."""
    draw = random.Random(seed)
    kinds = [kind for kind in NodeKind if kind is not NodeKind.PROJECT]
    nodes = [_node(NodeKind.PROJECT, "big-project", attributes={"root": True})]
    findings = []
    for place in range(1, count):
        kind = draw.choice(kinds)
        risk = draw.random() < risky
        node = _node(
            kind,
            f"org-{place % 37}/{kind.value}-{place}.v{place % 9}",
            pin=draw.choice((Pin.NONE, Pin.MOVABLE)) if risk else Pin.COMMIT,
            loading=draw.choice((Loading.RUNS_CODE, Loading.LIBRARY)) if risk else Loading.DATA_ONLY,
        )
        nodes.append(node)
        if risk:
            findings.append(finding(node, "made-up", draw.choice(list(Severity))))
    edges = []
    for place in range(1, count):
        upper = 0 if place < 12 else draw.randrange(max(0, place // 8), max(place * 3 // 4, 1))
        edges.append(Edge(nodes[upper].id, nodes[place].id, EdgeKind.DEPENDS_ON))
        for _ in range(int(draw.expovariate(1 / max(degree - 1, 0.01)))):
            other = draw.randrange(count)
            if other != place:
                a, b = (other, place) if other < place or draw.random() < 0.02 else (place, other)
                edges.append(Edge(nodes[a].id, nodes[b].id, draw.choice(list(EdgeKind))))
    return nodes, edges, findings
