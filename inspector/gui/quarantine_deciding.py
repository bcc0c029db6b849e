"""Decisions of the quarantine workplace: what is asked before one, and what is said after it.

Nothing typed is lost: where the store refuses, the question comes back with the reason that was given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from inspector.gui.ask_bar import AskBar
from inspector.gui.quarantine_words import EVERYTHING, decided_words, problem_words
from inspector.gui.texts import count, shown, tr

if TYPE_CHECKING:
    from inspector.gui.quarantine_workplace import Workplace

SAMPLE = "300"  # rows; with nothing found among them fewer than 1 % are planted, with 95 % confidence
_NAMED = 12  # rows that are named by their number before a decision
VERDICTS = ("approve", "reject", "reopen")


class Deciding:
    """``do`` is asked for by keys and buttons: a verdict, waive, claim, sample, slice or promote."""

    def __init__(self, place: Workplace, bar: AskBar) -> None:
        self._place = place
        self._bar = bar
        self._question = ""
        self._slice: tuple[int, int] | None = None

    def forget(self) -> None:
        """The store is closed: a question about it is, too."""
        if self._question and self._bar.question.text() == self._question:
            self._bar.dismiss()
        self._question = ""
        self._slice = None

    def do(self, wanted: str) -> None:
        place = self._place
        if wanted == "undo":
            place.say(tr("Decisions of a quarantine stay in its log. Reopen (O) takes them back."))
        elif wanted == "slice":
            self.show_slice()
        elif not self._may_write():
            return
        elif wanted == "claim":
            self._claim()
        elif wanted == "sample":
            self._sample()
        elif self._key_is_open():
            if wanted == "promote":
                self._promote()
            elif wanted in VERDICTS or wanted == "waive":
                self._decide(wanted)

    def _may_write(self) -> bool:
        """Whether somebody may decide here; else it is said why not."""
        place = self._place
        if not place.link.is_open:
            place.say(tr("Open a store first."))
        elif place.read_only:
            place.say(tr("This store can only be read here: it may not be written to."))
        elif not place.signing.actor:
            place.say(tr("Type who you are first: a decision has a name."))
            place.signing.name.setFocus()
        else:
            return True
        return False

    def _key_is_open(self) -> bool:
        if not self._place.signing.waits:
            return True
        self._place.say(tr("The chosen key is not open yet. Open it, or go on without a key."))
        self._place.signing.demand()
        return False

    # --- verdicts ------------------------------------------------------------------------------------

    def _scope(self) -> tuple[dict[str, Any], str] | None:
        """What is decided on, for the store and in words. ``as_of`` is how long the log was when the rows
        were looked at: what came or changed since is left as it is."""
        queue = self._place.queue
        if self._place.scope.currentData() == "rows":
            rows = [one["row"] for one in queue.chosen_rows()]
            named = ", ".join(map(str, rows[:_NAMED])) + (" …" if len(rows) > _NAMED else "")
            words = f"{count(len(rows), 'row', 'rows')} ({named})"
            return ({"rows": rows, "as_of": queue.entries}, words) if rows else None
        group = queue.group()
        if group is None:
            return None
        seen = tr("{0} of them were on the screen").format(f"{queue.seen_of_group():,}")
        name = "" if group["id"] == EVERYTHING else group["id"]
        as_of = min(
            queue.entries, self._place.entries or queue.entries
        )  # the page and the count may be of two moments
        return {"group": name, "as_of": as_of}, f"{queue.describe()}; {seen}"

    def _decide(self, verdict: str) -> None:
        scope = self._scope()
        if scope is None:
            self._place.say(tr("Choose rows or a group first."))
        else:
            self._ask_why(verdict, *scope)

    def _ask_why(
        self, verdict: str, selection: dict[str, Any], words: str, reason: str = "", problem: str = ""
    ) -> None:
        actor = self._place.signing.actor
        asked = {
            "approve": tr("Approve as {0}. Why?"),
            "reject": tr("Reject as {0}. Why?"),
            "reopen": tr("Take back as {0}. Why?"),
            "waive": tr("Let through unreviewed as {0}. Why?"),
        }[verdict]

        self._place.say(tr("To be decided: {0}").format(words))  # the bar has no room for it

        def done(text: str, expires: str | None) -> bool:
            if not text.strip():
                self._bar.refuse(tr("A decision needs a reason; the log keeps it."))
                return False
            self._send(verdict, selection, words, actor, text.strip(), expires)
            return True

        self._ask(
            asked.format(shown(actor, 24)),
            done,
            text=reason,
            problem=problem,
            with_expiry=verdict == "waive",
            placeholder=tr("The reason; it goes into the log"),
        )

    def _send(
        self,
        verdict: str,
        selection: dict[str, Any],
        words: str,
        actor: str,
        why: str,
        expires: str | None,
    ) -> None:
        place = self._place
        place.say(tr("Deciding …"))

        def answered(answer: dict[str, Any] | None, problem: dict[str, Any]) -> None:
            if answer is None:
                place.say(problem_words(problem))
                if problem.get("code") != "ended":
                    self._ask_why(verdict, selection, words, why, problem_words(problem))
                return
            report = answer["report"]
            place.own([report.get("seq")])
            lines = [decided_words(report, actor), *(shown(one, 500) for one in answer["warnings"])]
            place.say("\n".join(lines))
            place.refresh()

        asked = "waive" if verdict == "waive" else "review"
        more = {"expires": expires or ""} if verdict == "waive" else {"verdict": verdict}
        place.link.ask(asked, answered, actor=actor, why=why, **selection, **more)

    # --- the rest ------------------------------------------------------------------------------------

    def _claim(self) -> None:
        place, group = self._place, self._place.queue.group()
        if group is None or group["id"] == EVERYTHING:
            place.say(tr("Choose a group first."))
            return

        def answered(answer: dict[str, Any] | None, problem: dict[str, Any]) -> None:
            said = tr("For ten minutes others are told that you look at this group.")
            place.say(said if answer is not None else problem_words(problem))

        place.link.ask("claim", answered, group=group["id"], actor=place.signing.actor)

    def _sample(self, text: str = SAMPLE, problem: str = "") -> None:
        place = self._place

        def done(size: str, _expires: str | None) -> bool:
            if not size.isdecimal() or not size.isascii() or len(size) > 6:
                self._bar.refuse(tr("Give a number of rows, such as 300."))
                return False

            def answered(answer: dict[str, Any] | None, problem: dict[str, Any]) -> None:
                if answer is None:
                    place.say(problem_words(problem))
                    return
                group = answer["group"]
                place.say(shown(group["said"], 900))
                place.queue.group_wanted = group["id"]
                place.own(answer["own"])
                place.refresh()

            place.link.ask("sample", answered, size=int(size), actor=place.signing.actor)
            return True

        question = tr("How many rows are drawn at random?")
        self._ask(question, done, text=text, problem=problem, placeholder=SAMPLE)

    def _promote(self) -> None:
        place = self._place
        place.sets.say(tr("Promoting {0} …").format(count(place.to_promote(), "row", "rows")))
        place.sets.promote.setEnabled(False)

        def answered(answer: dict[str, Any] | None, problem: dict[str, Any]) -> None:
            if answer is None:
                place.sets.say(tr("Nothing was promoted. {0}").format(problem_words(problem)), "risk")
            elif answer["set"] is None:
                place.sets.say(tr("Nothing is approved that was not promoted before."))
            else:
                made = answer["set"]
                place.own(answer["own"])
                place.sets.say(
                    tr("{0} promoted into the set {1}.").format(
                        count(made["rows"], "row", "rows"), made["id"]
                    ),
                    "good",
                )
            warnings = answer["warnings"] if answer is not None else []
            place.sets.words.set_text("\n".join(shown(one, 500) for one in warnings), keep_newlines=True)
            place.refresh()

        place.link.ask("promote", answered, actor=place.signing.actor)

    def withdraw(self, name: str, reason: str = "", problem: str = "") -> None:
        """Asks why the set ``name`` must not train any more."""
        place = self._place
        if not name or not self._may_write() or not self._key_is_open():
            return
        actor = place.signing.actor

        def done(text: str, _expires: str | None) -> bool:
            if not text.strip():
                self._bar.refuse(tr("A decision needs a reason; the log keeps it."))
                return False

            def answered(answer: dict[str, Any] | None, problem: dict[str, Any]) -> None:
                if answer is None:
                    self.withdraw(name, text, problem_words(problem))
                    return
                rows = int(answer["rows"])
                place.own(answer["own"])
                place.sets.say(
                    tr(
                        "{0} withdrawn. Copies of the set elsewhere still verify: tell those who train with "
                        "it."
                    ).format(count(rows, "row", "rows"))
                    if rows
                    else tr("The set was withdrawn before.")
                )
                place.refresh()

            place.link.ask("withdraw", answered, set=name, actor=actor, why=text.strip())
            return True

        question = tr("Withdraw the set {0} as {1}. Why?").format(shown(name[:8], 20), shown(actor, 24))
        self._ask(
            question, done, text=reason, problem=problem, placeholder=tr("The reason; it goes into the log")
        )

    def _ask(
        self,
        question: str,
        done: Callable[[str, str | None], bool],
        *,
        text: str,
        problem: str,
        placeholder: str,
        with_expiry: bool = False,
    ) -> None:
        self._question = question
        self._bar.ask(question, done, text=text, placeholder=placeholder, with_expiry=with_expiry)
        if problem:
            self._bar.refuse(problem)

    # --- one row, whole ------------------------------------------------------------------------------

    def show_slice(self) -> None:
        """The chosen row as JSON, part by part: asked again, the next part of the same row."""
        place = self._place
        chosen = place.queue.chosen_rows()
        if not chosen or not place.link.is_open:
            place.say(tr("Choose a row first."))
            return
        number = chosen[0]["row"]
        offset = self._slice[1] if self._slice is not None and self._slice[0] == number else 0

        def answered(answer: dict[str, Any] | None, problem: dict[str, Any]) -> None:
            if answer is None:
                place.say(problem_words(problem))
                return
            following = answer["next"]
            self._slice = (number, following or 0)
            place.queue.reader.show_slice(answer)
            end = following if following is not None else answer["total"]
            more = tr("L shows the next part.") if following is not None else tr("This is its end.")
            place.say(
                tr("Row {0} as JSON, characters {1} to {2} of {3}. {4}").format(
                    number, f"{answer['offset'] + 1:,}", f"{end:,}", f"{answer['total']:,}", more
                )
            )

        place.link.ask("slice", answered, row=number, offset=offset)
