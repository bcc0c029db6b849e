"""The tree of dependencies: roots, who pulls in what, cycles, and packages that nobody asks for."""

from __future__ import annotations

import pytest

from inspector.gui.facts import Facts
from inspector.gui.look import Look
from inspector.gui.package_tree import PackageTree

from .conftest import done, edge, node  # isort: skip


def package(name: str, version: str = "1.0", **more):
    known = {"pin": "version", "audit": "no-advisory", "direct": False, "ecosystem": "PyPI", "looks_like": []}
    return {"event": "package", "name": name, "version": version, **known, **more}


def package_node(name: str, version: str = "1.0", ecosystem: str = "PyPI"):
    made = node(
        "package",
        f"{name} {version}",
        attributes={"package": name, "version": version, "ecosystem": ecosystem},
    )
    return {**made, "id": f"package:{ecosystem}/{name}=={version}"}


def _facts(pulls: dict[str, list[str]], direct: list[str], **rows) -> Facts:
    facts = Facts()
    names = sorted({*pulls, *direct, *(child for children in pulls.values() for child in children)})
    facts.add(node("project", "p"))
    for name in names:
        facts.add(package_node(name))
        facts.add(package(name, direct=name in direct, **rows.get(name, {})))
    for name in direct:
        facts.add(edge("project:p", f"package:PyPI/{name}==1.0", "depends-on"))
    for name, children in pulls.items():
        for child in children:
            facts.add(edge(f"package:PyPI/{name}==1.0", f"package:PyPI/{child}==1.0", "depends-on"))
    facts.add(done())
    assert not facts.broken
    return facts


@pytest.fixture
def tree(qtbot, qapp):
    made = PackageTree(Look(None))
    qtbot.addWidget(made)
    return made


def _names(tree, item=None) -> list[str]:
    if item is None:
        return [tree.topLevelItem(n).text(0) for n in range(tree.topLevelItemCount())]
    item.setExpanded(True)
    return [item.child(n).text(0) for n in range(item.childCount())]


def test_the_roots_are_what_is_asked_for_and_children_what_they_pull_in(tree):
    tree.show_facts(_facts({"torch": ["numpy", "sympy"], "sympy": ["mpmath"]}, ["torch", "requests"]))
    assert _names(tree) == ["requests", "torch"]
    torch = tree.topLevelItem(1)
    assert torch.text(4) == "2"
    assert _names(tree, torch) == ["numpy", "sympy"]
    assert _names(tree, torch.child(1)) == ["mpmath"]


def test_a_cycle_is_named_and_ends(tree):
    tree.show_facts(_facts({"a": ["b"], "b": ["a"]}, ["a"]))
    b = tree.topLevelItem(0)
    assert _names(tree, b) == ["b"]
    (again,) = _names(tree, b.child(0))
    assert again == "a (stands above)"
    assert _names(tree, b.child(0).child(0)) == []


def test_what_nobody_asks_for_is_not_hidden_cycles_included(tree):
    tree.show_facts(_facts({"x": ["y"], "y": ["x"], "lost": ["below"]}, ["a"]))
    assert _names(tree) == ["a", "lost", "x"]


def test_one_name_in_two_ecosystems_is_two_rows(tree):
    facts = _facts({}, ["left"])
    facts.add(package_node("left", ecosystem="npm"))
    facts.add(package("left", ecosystem="npm", direct=True, pin="movable"))
    tree.show_facts(facts)
    assert [tree.topLevelItem(n).text(2) for n in range(2)] in (
        ["version", "movable"],
        ["movable", "version"],
    )


def test_selecting_a_row_selects_its_node_and_back(opened, qtbot):
    page = opened.dependencies
    page.as_tree.setChecked(True)
    assert not page.tree.isHidden() and page.table.isHidden()
    assert page.tree.topLevelItemCount() > 0
    page.tree.setCurrentItem(page.tree.topLevelItem(0))
    assert opened.selection.node.startswith("package:")
    page.as_tree.setChecked(False)
    assert page.tree.isHidden() and not page.table.isHidden()


def test_thousands_of_packages_stand_still_for_a_moment_only(tree, watchdog, qtbot):
    names = [f"p{n}" for n in range(4000)]
    facts = _facts({name: names[n + 1 : n + 3] for n, name in enumerate(names)}, names[:1])
    watchdog.start()
    tree.show_facts(facts)
    qtbot.wait(20)
    watchdog.stop()
    assert _names(tree) == ["p0"]
