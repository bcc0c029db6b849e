"""What a command says when it cannot: one line, what is the matter, what to do next, and the exit code."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector import cli

from .conftest import Shell  # isort: skip

# command line, what it says
USAGE = [
    ("scan", "TARGET"),
    ("scan a.txt b.txt", "unrecognized arguments: 'b.txt'. `inspector scan --help`"),
    ("scan a.txt --jobs two", "'two' is not a whole number from 1 to 64"),
    ("scan a.txt --jobs 0", "'0' is not a whole number from 1 to 64"),
    ("scan a.txt --jobs 1_0", "'1_0' is not a whole number"),
    ("scan a.txt --max-seconds-per-file nan", "'nan' is not a number of seconds from 0.1 to 86400"),
    ("scan a.txt --hub-patience soon", "'soon' is not a number of seconds"),
    ("scan a.txt --fail-on nothing", "choose from"),
    ("explain", "FILE"),
    ("convert plain.pkl", "OUT.safetensors"),
    ("advisories", "ACTION"),
    ("advisories import folder --as-of yesterday", "'yesterday' is not a date written as YYYY-MM-DD"),
    ("dataset", "ACTION"),
    ("dataset rows a.txt --rows 1,x", "row numbers from 0"),
    ("dataset rows a.txt --rows=-1", "row numbers from 0"),
    ("completion", "SHELL"),
    ("completion tcsh", "choose from 'bash'"),
    ("screenshot a.txt --view story -o x.png --size 5x5", "WIDTHxHEIGHT"),
    ("screenshot a.txt --view story -o x.png --size 100x100", "between 640x480 and 7680x4320"),
    ("screenshot a.txt --view story -o x.png --scale 9", "between 0.5 and 4"),
    ("screenshot a.txt --view story -o x.png --scale wide", "between 0.5 and 4"),
    ("review", "COMMAND"),
    ("review new", "TARGET"),
    ("review decide r.review", "--state"),
    ("key", "ACTION"),
    ("key new k.pem --no-passphrase --passphrase-file f", "not allowed with"),
    ("trust", "ACTION"),
    ("trust revoke 00 --reason bored", "'compromised', 'superseded'"),
    ("sign r.review", "--valid-until"),
    ("verify", "RECORD"),
    ("verify ''", "a path is empty"),
    ("verify r --require none", "none is no number from 1 to 64"),
    ("export r.review --format docx -o x", "choose from"),
    ("lookup", "TARGET"),
    ("quarantine", "ACTION"),
    ("quarantine watch s f --settle x", "'x' is not a number of seconds from 0 to 86400"),
    ("quarantine serve s --hmac-key-file f --port 70000", "'70000' is not a whole number from 0 to 65535"),
    ("quarantine queue s --most 0", "'0' is not a whole number from 1 on"),
    ("quarantine queue s --first=-1", "'-1' is not a whole number from 0 on"),
    ("quarantine policy s --quorum two", "'two' is not a whole number"),
    ("quarantine review s --verdict approve --actor a --why w", "--all --group --rows"),
    ("--nonsense", "--nonsense"),
]


@pytest.mark.parametrize(("line", "words"), USAGE)
def test_wrong_usage_is_one_line_that_names_the_help(shell: Shell, line: str, words: str) -> None:
    answer = shell(line)
    assert answer.code == 2 and answer.out == ""
    assert words in answer.err
    assert answer.err.count("\n") == 1 and answer.err.endswith("--help` says more.\n")


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _parsers(below)


@pytest.mark.parametrize("module", sorted({module for module, _ in cli.COMMANDS.values()}))
def test_no_option_answers_with_the_name_of_a_function(module: str) -> None:
    """Where argparse is left to say it, it says `invalid _whole value`."""
    root = cli._Parser(prog="inspector")
    importlib.import_module(f"inspector.cli.{module}").register(root.add_subparsers())
    for parser in _parsers(root):
        for action in parser._actions:
            if action.type in (None, Path):
                continue
            with pytest.raises(argparse.ArgumentError) as caught:
                parser._get_value(action, "")
            assert "invalid" not in str(caught.value), (parser.prog, action.dest)


def test_what_was_typed_reaches_the_terminal_escaped(shell: Shell) -> None:
    for line in ("scan a.txt '--\x1b[31mred\u202e'", "scan a.txt --jobs '\x1b[31m\u202e'"):
        answer = shell(line)
        assert answer.code == 2 and "\x1b" not in answer.err and "\u202e" not in answer.err


# command line, exit code, what it says, what it says to do next
REFUSED = [
    ("scan nowhere", 2, "nowhere does not exist.", "hf://ORG/NAME"),
    ("scan ''", 2, "No target was named.", "Name a folder"),
    ("scan a.txt -o folder", 2, "folder cannot be written", "with -o"),
    ("scan a.txt -o no/where.txt", 2, "cannot be written", "with -o"),
    ("scan a.txt --offline --index-url http://h/", 2, "--offline opens no socket", "Leave one"),
    ("scan a.txt --index-url ftp://h", 2, "no web address of a package index", "--index-url https://"),
    ("scan a.txt --advisories nowhere", 2, "no advisory database in nowhere", "advisories import"),
    ("scan hf://a/b/c", 2, "not the id of a hub repository", "Write hf://ORG/NAME"),
    ("scan hf://acme/x --offline", 3, "Nothing is saved of acme/x", "allow the network"),
    ("scan http://h/x", 2, "does not exist", "hf://ORG/NAME"),
    ("explain nowhere", 2, "nowhere does not exist.", "Check the spelling"),
    ("explain folder", 2, "folder is not a file.", "Name one file to explain."),
    ("explain hf://acme/x", 2, "hf://acme/x is not a file.", "Name one file to explain."),
    ("explain a.txt -o folder", 2, "folder cannot be written", "with -o"),
    ("convert nowhere o.safetensors", 2, "nowhere does not exist.", "Check the spelling"),
    ("convert folder o.safetensors", 2, "folder is not a file.", "Name one file to convert."),
    ("convert hf://acme/x o.safetensors", 2, "is not a file.", "Name one file to convert."),
    ("convert plain.pkl plain.pkl", 2, "The output is the input itself.", "Name another file"),
    ("convert plain.pkl o.safetensors", 2, "no checkpoint", "torch.save"),
    ("advisories import nowhere", 2, "nowhere does not exist.", "Name the export"),
    ("advisories import a.txt", 2, "a.txt cannot be read", "The old database stays."),
    ("advisories import folder", 2, "holds no advisory", "all.zip"),
    ("advisories import folder --db a.txt", 2, "cannot be written", "with --db"),
    ("advisories status", 2, "There is no advisory database", "advisories import ZIP"),
    ("advisories status --db nowhere --format json", 2, "in nowhere", "advisories import ZIP"),
    ("advisories update --url ftp://h", 2, "no web address", "--url https://"),
    ("dataset screen nowhere", 2, "nowhere does not exist.", "Name a file of training data."),
    ("dataset rows folder --rows 0", 2, "folder is not a file.", "Name a file of training data."),
    ("screenshot a.txt --view story -o x.jpg", 2, "no .png file", "ends in .png"),
    ("review show nowhere", 2, "There is no review file nowhere.", "review new TARGET"),
    ("review show a.txt", 2, "a.txt is not a review file.", "review new"),
    ("review new nowhere -o x.review", 2, "nowhere does not exist.", "Check the spelling"),
    ("review new folder -o a.txt", 2, "is there already", "Choose another name"),
    ("review new folder -o no/x.review", 2, "cannot be made", "Choose a folder"),
    ("review compare nowhere folder", 2, "nowhere does not exist.", "with a folder as the second"),
    ("review compare folder folder", 2, "folder holds no record.", "with a folder as the second"),
    ("review answer x.review", 2, "Either a question", "For example"),
    ("review answer x.review q yes --from empty.json", 2, "Either a question", "For example"),
    ("review answer x.review --from empty.json --note n", 2, "belong to one question", "by itself"),
    ("review answer x.review --from nowhere", 2, "nowhere cannot be read", "nothing was changed"),
    ("review answer x.review --from a.txt", 2, "a.txt is not a file of answers", "in JSON"),
    ("key new k", 2, "no terminal to ask at", "--passphrase-file"),
    ("key new no/k.pem --no-passphrase", 2, "cannot be written", "Choose another place"),
    ("key new k.pem --passphrase-file nowhere", 2, "nowhere cannot be read", "Check the name"),
    ("key import nowhere", 2, "nowhere cannot be read", "Check the name"),
    ("key import a.txt", 2, "not a private key that can be read", "PEM, DER and OpenSSH"),
    ("key show a.txt", 2, "not a public key that can be read", "Give the .pub file"),
    ("key show pkcs11:zzz", 2, "zzz in the PKCS#11 URI is not understood", "Write pkcs11:"),
    ("trust add a.txt --name n --role r", 2, "not a public key that can be read", "Give the .pub file"),
    ("trust list --trust a.txt", 2, "Line 1 of the trust store is not valid", "Correct a.txt"),
    ("trust remove 00", 2, "No key of the trust store has the id 00.", "`inspector trust list`"),
    ("trust revoke 00 --reason superseded", 2, "No key of the trust store", "`inspector trust list`"),
    ("countersign folder --key k --name n --role r", 2, "k cannot be read", "Check the name"),
    ("verify nowhere", 2, "There is no record nowhere.", ""),
    ("verify a.txt", 2, "a.txt is not JSON", "so it is no review record"),
    ("verify folder", 2, "holds no review-record.dsse.json", "Name the package's folder or zip"),
    ("verify a.txt --trust nowhere", 2, "The trust store nowhere cannot be read", "`inspector trust add`"),
    ("verify a.txt --timestamp a.txt", 2, "--timestamp and --authority belong together.", "Name the token"),
    ("export nowhere --format html -o x", 2, "There is no review file nowhere.", "review new"),
    ("lookup nowhere", 2, "nowhere does not exist.", "Check the spelling"),
    ("lookup a.txt folder", 2, "Several targets can only be hf:// names.", "one folder or review"),
    ("lookup folder --since abc", 2, "a commit of 40 hex digits", "--since COMMIT"),
    ("lookup folder --ref acme/x", 2, "acme/x is not named there.", "`inspector lookup TARGET`"),
    ("lookup hf://acme/x --offline", 3, "Nothing is saved of acme/x", "allow the network"),
    ("quarantine init a.txt", 2, "holds a store or a file already", "left as it is"),
    ("quarantine status nowhere", 2, "nowhere is no quarantine store.", "quarantine init DIR"),
    ("quarantine verify nowhere", 2, "neither a store nor a promoted set", "Name a store"),
    ("quarantine verifier -o folder", 2, "folder cannot be written", "with -o"),
    ("scna", 2, "scna is no command", "`inspector scan`"),
    ("scna folder", 2, "scna is no command", "`inspector scan`"),
    ("xyzzy", 2, "xyzzy is no command", "`inspector --help`"),
]


@pytest.mark.parametrize(("line", "code", "sentence", "step"), REFUSED)
def test_a_refusal_says_what_is_the_matter_and_what_to_do(
    shell: Shell, desk: Path, line: str, code: int, sentence: str, step: str
) -> None:
    before = sorted(desk.rglob("*"))
    answer = shell(line)
    assert answer.code == code, answer
    last = answer.err.splitlines()[-1]
    assert sentence in last and step in last.partition(sentence)[2]
    assert last.startswith("inspector: ") and "Traceback" not in answer.err and "defect" not in answer.err
    assert sorted(desk.rglob("*")) == before, "a refusal leaves nothing behind"
