"""Mutation testing of chosen modules: which small changes of the code does no test notice?

    python tests/mutation/mutate.py MODULE... [--only LINES] [--progress FILE] [--apart] [--again]

MODULE is a path of ``targets.py`` or a part of one (``gate``, ``pickles/machine``). The tests of a module
are collected once and run once under coverage, which tells the lines that each of them reaches. For every
mutant a forked child puts the changed code into the functions that are loaded already, and runs the tests
that reach the changed lines, those that get nearest first, until one fails. So a mutant costs the tests it
needs and no start-up. What is defined at the top of a module (a table, a bound) is made anew and put wherever
its old value is known by its name.

FILE (default: mutation.jsonl) keeps each answer, and files beside it which test reaches which line: a run
that was ended goes on where it stopped, and a mutant whose line has changed since is judged anew. A test that
fails in a child without any change kills nothing. ``--most`` is for a first look: so many tests that get
nearest to the change. ``--again`` judges anew what FILE does not call killed, ``--confirm`` what it does.
``--apart`` runs for the survivors what starts other programs, with the changed file in place: only in a copy
of the repository. Prints the survivors that ``survivors.toml`` does not explain, and exits with 1 where there
are any. mutmut 3 (BSD) and Cosmic Ray 8 (MIT) were weighed: the one writes all mutants into one tree with
switches, which this gate of one file is not made for; the other starts pytest for each mutant, 2 s before a
test runs.
"""

from __future__ import annotations

import argparse
import ast
import gc
import hashlib
import json
import os
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]

import pytest  # noqa: E402
from children import in_child, remember_folders  # noqa: E402
from loaded import NoModule, forget_answers, functions_of, names_in_body, put_in  # noqa: E402
from mutants import Mutant, mutants_of  # noqa: E402
from survivors import unexplained  # noqa: E402
from targets import TARGETS, Target  # noqa: E402

MEMORY = 6 << 30  # bytes of address space for a child: a mutant may ask for anything
LEAST, TIMES = 1.5, 8  # seconds of work for one test: so many, and so many times what it takes without
# What a child ends with.
SURVIVED, KILLED, NOT_MUTATED = 0, 1, 3


def main() -> int:
    parser = argparse.ArgumentParser(description="Mutation testing.", allow_abbrev=False)
    parser.add_argument("modules", nargs="+", metavar="MODULE")
    parser.add_argument("--only", metavar="LINES", help="such as 10-40,77")
    parser.add_argument("--operators", metavar="NAMES", help="such as comparison,boolean; default: all")
    parser.add_argument("--progress", type=Path, default=Path("mutation.jsonl"), metavar="FILE")
    parser.add_argument("--apart", action="store_true", help="run the survivors against other programs too")
    parser.add_argument("--again", action="store_true", help="judge the survivors anew")
    parser.add_argument("--confirm", action="store_true", help="judge the killed anew, by what killed them")
    parser.add_argument(
        "--most", type=int, default=0, metavar="N", help="tests for a mutant; 0: all that reach it"
    )
    parser.add_argument("--tests", nargs="+", metavar="PATTERN", help="instead of those of targets.py")
    parser.add_argument("--report-only", action="store_true")
    given = parser.parse_args()
    chosen = [name for name in TARGETS if any(part in name for part in given.modules)]
    if not chosen:
        parser.error("no module of targets.py is called so")
    progress = Progress(given.progress.resolve())
    os.chdir(ROOT)
    for name in () if given.report_only else chosen:
        # Each module in a process of its own: what was collected for the one is not there for the next.
        child = os.fork()
        if child == 0:
            os._exit(_judge(name, _numbers(given.only), progress, given))
        os.waitpid(child, 0)
    return report(chosen, progress.read())


def _numbers(text: str | None) -> set[int]:
    found: set[int] = set()
    for part in text.split(",") if text else ():
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


class Progress:
    """The answers so far, one line of JSON each; a later one counts."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[tuple[str, str, str, int], dict[str, Any]]:
        found = {}
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                one = json.loads(line)
                found[(one["module"], one["line"], one["change"], one["nth"])] = one
        return found

    def add(self, **one: Any) -> None:
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(one, ensure_ascii=False) + "\n")


def numbered(mutants: Iterable[Mutant]) -> Iterator[tuple[Mutant, int]]:
    """Each mutant, and the how-manyth it is of those that look alike: two lines may say the same."""
    seen: defaultdict[tuple[str, str], int] = defaultdict(int)
    for one in mutants:
        yield one, seen[one.line, one.change]
        seen[one.line, one.change] += 1


def _judge(module: str, only: set[int], progress: Progress, given: argparse.Namespace) -> int:
    target = TARGETS[module]
    source = (ROOT / module).read_text(encoding="utf-8")
    known = progress.read()
    todo = []
    killed_by = {}
    for mutant, nth in numbered(mutants_of(source, module)):
        before = known.get((module, mutant.line, mutant.change, nth))
        done = before is not None and not (given.again and before["result"] != "killed")
        if given.apart:
            done = before is None or before["result"] != "survived"
        if given.confirm:
            done = before is None or before["result"] != "killed"
            killed_by[mutant.line, mutant.change, nth] = before["by"] if before else ""
        wanted = not given.operators or mutant.operator in given.operators.split(",")
        if not done and wanted and (not only or mutant.first in only):
            todo.append((mutant, nth))
    if not todo:
        return 0
    patterns = given.tests or (target.apart if given.apart else target.tests)
    tests = [str(path) for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    runner = Runner(module, source, target, todo, progress, apart=given.apart, most=given.most)
    runner.killed_by = killed_by
    options = ["-q", "-s", "-p", "no:cacheprovider", "-p", "no:terminalreporter", "-p", "no:randomly"]
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    return int(pytest.main([*options, "-o", "tmp_path_retention_policy=none", *tests], plugins=[runner]))


class Runner:
    """A plugin of pytest: runs the collected tests once under coverage, then as each mutant needs them."""

    def __init__(
        self,
        module: str,
        source: str,
        target: Target,
        todo: list[tuple[Mutant, int]],
        progress: Progress,
        *,
        apart: bool,
        most: int,
    ) -> None:
        self._module, self._source, self._target = module, source, target
        self._todo, self._progress = todo, progress
        self._apart, self._most = apart, most
        # Other rooms have files of the same name.
        self._ending = "/" + (Path(module).name if target.is_copied else module)
        self._failed = self._why = ""
        self.killed_by: dict[tuple[str, str, int], str] = {}  # what is to be tried first for each mutant
        self._passing: set[str] = set()
        self._failing: set[str] = set()
        self._killers: defaultdict[str, int] = defaultdict(int)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self._failed:
            self._failed, self._why = report.nodeid, str(report.longrepr)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = session.items
        warm = [one for one in items if self._target.warm and one.nodeid.endswith(self._target.warm)]
        for one in warm:
            _run(one)
        if self._failed:
            _say(f"{self._failed} fails without any change.")
            return True
        remember_folders()
        functions = functions_of(self._ending)
        reached, costs = self._baseline(items)
        reaching_none = set(costs).difference(*reached.values())
        gc.freeze()
        begun, survived = time.monotonic(), 0
        for number, (mutant, nth) in enumerate(self._todo, 1):
            near = lines_of(mutant, self._source)
            names = set(costs) if self._apart else {name for line in near for name in reached.get(line, ())}
            if not mutant.function:  # a test may look at a table, a bound or a default value and run no line
                names |= {name for name in (reaching_none if near else costs) if "test_mutants_" in name}
            chosen = [one for one in items if one.nodeid in names - self._failing]
            rare = _rarity(reached, near)
            chosen.sort(key=lambda one: rare.get(one.nodeid, len(items)) * costs[one.nodeid])
            chosen.sort(key=lambda one: not any(name in one.nodeid for name in self._target.first))
            chosen.sort(key=lambda one: -self._killers[one.nodeid])
            near_ones = [
                one for one in chosen if "test_mutants_" in one.nodeid
            ]  # small, and of this module alone
            others = [one for one in chosen if "test_mutants_" not in one.nodeid]
            chosen = near_ones + (others[: self._most] if self._most else others)
            before = self.killed_by.get((mutant.line, mutant.change, nth))
            chosen.sort(key=lambda one: one.nodeid != before)
            allowed = 8 + 6 * sum(costs[one.nodeid] for one in chosen)
            result, by = self._one(mutant, chosen, functions, costs, allowed)
            while by and not self._passes_unchanged(by, items, costs):
                chosen = [one for one in chosen if one.nodeid not in self._failing]
                result, by = self._one(mutant, chosen, functions, costs, allowed)
            if by:
                self._killers.clear()
                self._killers[by] = 1  # the one that killed last is tried first
            survived += result == "survived"
            self._progress.add(
                module=self._module,
                line=mutant.line,
                change=mutant.change,
                nth=nth,
                at=mutant.first,
                operator=mutant.operator,
                result=result,
                by=by,
                tests=len(chosen),
            )
            if number % 25 == 0:
                self._passing.clear()  # what fails from now on by something else is noticed
            if number % 50 == 0:
                spent = time.monotonic() - begun
                _say(f"{self._module}: {number} of {len(self._todo)}, {survived} survive, {spent:.0f} s")
        return True

    def _baseline(self, items: list[pytest.Item]) -> tuple[dict[int, set[str]], dict[str, float]]:
        """Which tests reach which line, and the seconds of each. In a child: the parent stays as new."""

        def run(write: int) -> int:
            import coverage

            cover = coverage.Coverage(data_file=None, include=[f"*{self._ending}"], config_file=False)
            costs: dict[str, float] = {}
            cover.start()
            for item in items:
                self._failed = ""
                forget_answers()
                cover.switch_context(item.nodeid)
                begun = time.monotonic()
                _run(item)
                if (
                    not self._failed
                ):  # what fails without a change (a limit that coverage breaks) says nothing
                    costs[item.nodeid] = time.monotonic() - begun
                elif os.environ.get("MUTATE_DEBUG"):
                    _say(self._why)
            cover.stop()
            data = cover.get_data()
            reached: dict[int, list[str]] = {}
            for file in data.measured_files():
                for line, names in data.contexts_by_lineno(file).items():
                    reached.setdefault(line, []).extend(name for name in names if name in costs)
            with os.fdopen(write, "w", encoding="utf-8") as stream:
                json.dump([reached, costs], stream)
            return 0

        texts = [path.read_text(encoding="utf-8") for path in sorted({one.path for one in items})]
        mark = hashlib.sha256("\n".join([self._source, *texts]).encode()).hexdigest()
        kept = self._progress.path.with_name(f"{mark[:16]}.reach.json")
        if not kept.exists():  # the same module and the same tests reach the same lines
            kept.write_text(in_child(run, 1800)[1], encoding="utf-8")
        reached, costs = json.loads(kept.read_text(encoding="utf-8"))
        _say(f"{self._module}: {len(costs)} of {len(items)} tests, {sum(costs.values()):.0f} s")
        return {int(line): set(names) for line, names in reached.items()}, costs

    def _passes_unchanged(self, name: str, items: list[pytest.Item], costs: dict[str, float]) -> bool:
        """Whether a test passes in a child where nothing was changed: only then has it killed anything."""
        item = next((one for one in items if one.nodeid == name), None)
        if item is None or name in self._passing:
            return True
        result, _ = self._one(None, [item], {}, costs, 8 + 6 * costs[name])
        (self._passing if result == "survived" else self._failing).add(name)
        if name in self._failing:
            _say(f"{name} fails in a child without any change, and is left aside.")
        return name in self._passing

    def _one(
        self,
        mutant: Mutant | None,
        chosen: list[pytest.Item],
        functions: dict[Any, list[Any]],
        costs: dict[str, float],
        allowed: float,
    ) -> tuple[str, str]:
        place = ROOT / self._module

        def run(write: int) -> int:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            if mutant is None:
                pass
            elif self._apart:
                place.write_text(ast.unparse(mutant.tree(self._source)), encoding="utf-8")
            else:
                try:
                    if not put_in(mutant, self._source, functions):
                        return NOT_MUTATED
                except NoModule as error:
                    os.write(write, f"an import: {error}".encode())
                    return KILLED
                except Exception as error:  # noqa: BLE001 - told, and counted as not judged
                    os.write(write, repr(error).encode())
                    return NOT_MUTATED
            self._failed = ""
            for item in chosen:
                # What never ends is ended after some times what the test takes, in seconds of its own work:
                # a busy machine kills no mutant.
                signal.setitimer(signal.ITIMER_PROF, LEAST + TIMES * costs[item.nodeid])
                _run(item)
                if self._failed:
                    if os.environ.get("MUTATE_DEBUG"):
                        _say(self._why)
                    os.write(write, self._failed.encode())
                    return KILLED
            return SURVIVED

        try:
            code, said = in_child(run, allowed)
        finally:
            if self._apart:
                place.write_text(self._source, encoding="utf-8")
        if code == NOT_MUTATED:
            return "not mutated", said
        if code == SURVIVED:
            return ("survived" if chosen else "not reached"), ""
        late = code is None or code == -signal.SIGPROF
        return "killed", said or ("time" if late else "an end of the process")


def lines_of(mutant: Mutant, source: str) -> set[int]:
    """The lines that run where the change matters: its own; of a table or a bound those that name it; of a
    default value those of its function."""
    tree = ast.parse(source)
    if mutant.function and not mutant.function.startswith("="):
        return set(range(mutant.first, mutant.last + 1))
    around = next(one for one in tree.body if mutant.first <= (one.end_lineno or 0))
    if isinstance(around, (ast.FunctionDef, ast.ClassDef)) and mutant.function:
        return set(range(around.lineno, (around.end_lineno or 0) + 1))
    names = {
        one.id for one in ast.walk(around) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    }
    if isinstance(around, ast.ClassDef):
        names = {around.name}
    classes = [one for one in tree.body if isinstance(one, ast.ClassDef)]
    names |= {one.name for one in classes if names & names_in_body(one)}
    used = {one.lineno for one in ast.walk(tree) if isinstance(one, ast.Name) and one.id in names}
    return used - set(range(around.lineno, (around.end_lineno or 0) + 1))


def _rarity(reached: dict[int, set[str]], lines: set[int]) -> dict[str, int]:
    """For each test how few others reach the rarest line near ``lines`` that it reaches: what turns a
    condition is seen by a test that gets behind it, and a thousand others pass by."""
    found: dict[str, int] = {}
    for near in {one for line in lines for one in range(line - 2, line + 5)}:
        names = reached.get(near, ())
        for name in names:
            found[name] = min(found.get(name, len(names)), len(names))
    return found


def _run(item: pytest.Item) -> None:
    """Runs one test and takes down all that it has set up but what the session shares."""
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=item.session)


# --- Report ---------------------------------------------------------------------------------------------


def report(modules: list[str], known: dict[tuple[str, str, str, int], dict[str, Any]]) -> int:
    """Prints a table and the survivors without a reason; their number as 0 or 1."""
    open_: list[dict[str, Any]] = []
    print("| module | mutants | killed | survivors explained | not explained | not judged |")
    print("|---|---|---|---|---|---|")
    for module in modules:
        source = (ROOT / module).read_text(encoding="utf-8")
        counts: defaultdict[str, int] = defaultdict(int)
        left = []
        for mutant, nth in numbered(mutants_of(source, module)):
            one = known.get((module, mutant.line, mutant.change, nth))
            counts[one["result"] if one else "not judged"] += 1
            if one and one["result"] != "killed":
                left.append({**one, "at": mutant.first})
        here = unexplained(left)
        open_ += here
        told = len(left) - len(here)
        unknown = counts["not judged"]
        killed, total = counts["killed"], sum(counts.values())
        print(f"| `{module}` | {total} | {killed} | {told} | {len(here)} | {unknown} |")
    for one in open_:
        print(f"\n{one['module']}:{one['at']}  {one['result']}\n    {one['line']}\n    {one['change']}")
    return bool(open_)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
