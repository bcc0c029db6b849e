"""``inspector completion``: completion for shells, and the manual page, made from the commands themselves."""

from __future__ import annotations

import argparse
import importlib
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from inspector.cli.output import write_result


@dataclass
class Option:
    """One option: its spellings, the words it takes (empty: any), whether it takes a value at all."""

    names: tuple[str, ...]
    help: str
    takes_value: bool
    choices: tuple[str, ...] = ()
    metavar: str = ""


@dataclass
class Verb:
    """A command or an action of one. ``path`` are the words that lead to it."""

    path: tuple[str, ...]
    help: str
    description: str = ""
    epilog: str = ""
    options: list[Option] = field(default_factory=list)
    positionals: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    actions: list[Verb] = field(default_factory=list)


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "completion",
        help="completion for your shell, or the manual page",
        description="Prints a script that completes commands and options. bash: `source <(inspector "
        "completion bash)`; zsh: the same with zsh; fish: `inspector completion fish | source`. "
        "man: the manual page, to be written to inspector.1.",
    )
    parser.add_argument("shell", choices=tuple(_WRITERS), metavar="SHELL", help=" ".join(_WRITERS))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    write_result(_WRITERS[arguments.shell](commands()).encode(), None)
    return 0


def commands() -> list[Verb]:
    """Every command of the program, read from its own parsers."""
    from inspector.cli import COMMANDS

    verbs = []
    for name, (module, line) in COMMANDS.items():
        parser = argparse.ArgumentParser(prog="inspector")
        importlib.import_module(f"inspector.cli.{module}").register(parser.add_subparsers())
        verbs.append(_verb((name,), _children(parser)[name], line))
    return verbs


def _children(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _verb(path: tuple[str, ...], parser: argparse.ArgumentParser, line: str) -> Verb:
    verb = Verb(path, line, _text(parser.description), _text(parser.epilog))
    for action in parser._actions:
        choices = tuple(map(str, action.choices or ()))
        if isinstance(action, argparse._SubParsersAction):
            lines = {item.dest: item.help or "" for item in action._choices_actions}
            verb.actions = [
                _verb((*path, name), child, lines.get(name, "")) for name, child in action.choices.items()
            ]
        elif action.option_strings:
            metavar = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
            takes = action.nargs != 0
            verb.options.append(
                Option(
                    tuple(action.option_strings), _text(action.help), takes, choices, metavar if takes else ""
                )
            )
        elif action.help != argparse.SUPPRESS:
            name = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
            verb.positionals.append((name, _text(action.help), choices))
    return verb


def _text(value: str | None) -> str:
    return "" if value in (None, argparse.SUPPRESS) else " ".join(str(value).replace("%%", "%").split())


def _flat(verbs: list[Verb]) -> Iterator[Verb]:
    for verb in verbs:
        yield verb
        yield from _flat(verb.actions)


# --- bash and zsh -------------------------------------------------------------------------------------


def bash(verbs: list[Verb]) -> str:
    """A completion function for bash 4: words by the command so far, files where a file may stand."""
    lines = [
        "# completion of inspector for bash",
        "_inspector() {",
        '  local current="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" path="" word',
        '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
        '    case "$word" in -*) ;; *)',
        '      case " $(_inspector_actions "$path") " in *" $word "*) path="${path:+$path }$word" ;; esac ;;',
        "    esac",
        "  done",
        '  local choices="$(_inspector_choices "$path" "$before")"',
        '  if [ -n "$choices" ]; then COMPREPLY=($(compgen -W "$choices" -- "$current")); return; fi',
        '  case "$current" in',
        '    -*) COMPREPLY=($(compgen -W "$(_inspector_options "$path")" -- "$current")) ;;',
        '    *) COMPREPLY=($(compgen -W "$(_inspector_actions "$path")" -- "$current")'
        ' $(compgen -f -- "$current")) ;;',
        "  esac",
        "}",
    ]
    every = [Verb((), "", actions=verbs), *_flat(verbs)]
    lines += _bash_case(
        "_inspector_actions",
        ((v.path, " ".join([*(a.path[-1] for a in v.actions), *_words(v)])) for v in every),
    )
    lines += _bash_case(
        "_inspector_options", ((v.path, " ".join(n for o in v.options for n in o.names)) for v in every)
    )
    lines += ["_inspector_choices() {", '  case "$1 $2" in']
    for verb in every:
        for option in verb.options:
            if option.choices:
                keys = "|".join(shlex.quote(f"{' '.join(verb.path)} {name}") for name in option.names)
                lines.append(f"    {keys}) echo {shlex.quote(' '.join(option.choices))} ;;")
    lines += ["  esac", "}", "complete -o filenames -o bashdefault -F _inspector inspector", ""]
    return "\n".join(lines)


def _words(verb: Verb) -> list[str]:
    return [choice for _, _, choices in verb.positionals for choice in choices]


def _bash_case(name: str, rows: Iterator[tuple[tuple[str, ...], str]]) -> list[str]:
    lines = [f"{name}() {{", '  case "$1" in']
    lines += [
        f"    {shlex.quote(' '.join(path))}) echo {shlex.quote(words)} ;;" for path, words in rows if words
    ]
    return [*lines, "  esac", "}"]


def zsh(verbs: list[Verb]) -> str:
    """The same function, by zsh's own bridge to bash completions."""
    return f"autoload -U +X compinit bashcompinit && compinit -u && bashcompinit\n{bash(verbs)}"


# --- fish ---------------------------------------------------------------------------------------------


def fish(verbs: list[Verb]) -> str:
    lines = ["# completion of inspector for fish", "complete -c inspector -e"]
    for verb in verbs:
        name = shlex.quote(verb.path[0])
        lines.append(f"complete -c inspector -n __fish_use_subcommand -a {name} -d {shlex.quote(verb.help)}")
    for verb in _flat(verbs):
        seen = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in verb.path)
        for action in verb.actions:
            lines.append(
                f"complete -c inspector -n {shlex.quote(seen)} -a {shlex.quote(action.path[-1])}"
                f" -d {shlex.quote(action.help)}"
            )
        for word in _words(verb):
            lines.append(f"complete -c inspector -n {shlex.quote(seen)} -a {shlex.quote(word)}")
        for option in verb.options:
            spelt = " ".join(
                f"-l {n.removeprefix('--')}" if n.startswith("--") else f"-s {n.removeprefix('-')}"
                for n in option.names
            )
            value = f" -x -a {shlex.quote(' '.join(option.choices))}" if option.choices else ""
            value = value or (" -r" if option.takes_value else "")
            lines.append(
                f"complete -c inspector -n {shlex.quote(seen)} {spelt}{value} -d {shlex.quote(option.help)}"
            )
    return "\n".join(lines) + "\n"


# --- man ----------------------------------------------------------------------------------------------


def man(verbs: list[Verb]) -> str:
    """The manual page in roff, section 1 (man-pages(7))."""
    from inspector import __version__

    lines = [
        f'.TH INSPECTOR 1 "" "Provenance Inspector {__version__}" "User Commands"',
        ".SH NAME",
        r"inspector \- review where the parts of an AI project come from, and sign the result",
        ".SH SYNOPSIS",
        ".B inspector",
        "[\\fITARGET\\fR]",
        ".br",
        ".B inspector",
        "\\fICOMMAND\\fR ...",
        ".SH DESCRIPTION",
        "Without a command the window opens, on TARGET where one is given. TARGET is a folder, a file, a hub "
        "cache or model store, an archive, or hf://ORG/NAME[@REVISION]. Nothing that is reviewed is run.",
        ".SH COMMANDS",
    ]
    for verb in _flat(verbs):
        if verb.actions:
            continue
        given = " ".join(f"\\fI{_roff(name)}\\fR" for name, _, _ in verb.positionals)
        lines += [f".SS inspector {_roff(' '.join(verb.path))} {given}".rstrip()]
        lines += [_roff(verb.description or f"{verb.help}.")]
        for option in verb.options:
            if option.names == ("-h", "--help"):
                continue
            value = (
                f" \\fI{_roff('|'.join(option.choices) or option.metavar)}\\fR" if option.takes_value else ""
            )
            lines += [".TP", f"\\fB{_roff(', '.join(option.names))}\\fR{value}", _roff(option.help) or "\\&"]
        if verb.epilog:
            lines += [".PP", _roff(verb.epilog)]
    lines += [
        ".SH EXIT STATUS",
        "0 done; 1 the policy failed or a verification said no; 2 usage or unreadable input; 3 the work "
        "could not be completed.",
        ".SH ENVIRONMENT",
        "INSPECTOR_HOME, HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE, the proxy variables, "
        "SSL_CERT_FILE, NO_COLOR, INSPECTOR_PASSPHRASE.",
        "",
    ]
    return "\n".join(lines)


def _roff(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    escaped = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in escaped)
    return f"\\&{escaped}" if escaped[:1] in (".", "'") else escaped


_WRITERS = {"bash": bash, "zsh": zsh, "fish": fish, "man": man}
