"""``inspector key`` and ``inspector trust``: signing keys, and whose keys count."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector import places
from inspector.provenance import UnreadableInput, plain

if TYPE_CHECKING:
    from inspector.gate.inspector_gate import TrustedKey
    from inspector.record.keys import FileKey, Signer


def register(subparsers: Any) -> None:
    _register_key(subparsers)
    _register_trust(subparsers)


def _register_key(subparsers: Any) -> None:
    key = subparsers.add_parser("key", help="make, import and list signing keys")
    actions = key.add_subparsers(dest="action", metavar="ACTION", required=True)

    new = actions.add_parser("new", help="make a P-256 key: FILE.pem and FILE.pub")
    new.add_argument("file", metavar="FILE.pem", type=Path, help="a bare name is put into the folder of keys")
    _protection(new)
    new.set_defaults(run=_new)

    imported = actions.add_parser("import", help="take over a PKCS#8, SEC1 or OpenSSH key (P-256, Ed25519)")
    imported.add_argument("source", metavar="KEY", type=Path)
    imported.add_argument("-o", "--out", metavar="FILE.pem", type=Path, help="default: the folder of keys")
    imported.add_argument(
        "--source-passphrase-file", metavar="F", type=Path, help="opens KEY, where --passphrase-file does not"
    )
    _protection(imported)
    imported.set_defaults(run=_import)

    listed = actions.add_parser("list", help="the keys in the folder of keys")
    listed.set_defaults(run=_list)

    show = actions.add_parser("show", help="kind, key id and public half of one key")
    show.add_argument("file", metavar="KEY", type=Path, help="a private or a public key")
    show.add_argument("--passphrase-file", metavar="F", type=Path)
    show.set_defaults(run=_show)


def _protection(parser: argparse.ArgumentParser) -> None:
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--no-passphrase", action="store_true", help="write the key without protection")
    choice.add_argument("--passphrase-file", metavar="F", type=Path, help="its first line is the passphrase")


def _register_trust(subparsers: Any) -> None:
    trust = subparsers.add_parser("trust", help="whose signatures count")
    actions = trust.add_subparsers(dest="action", metavar="ACTION", required=True)

    add = actions.add_parser("add", help="trust a public key for a person in some roles")
    add.add_argument("file", metavar="FILE.pub", type=Path)
    add.add_argument("--name", required=True, help="the person the key speaks for")
    add.add_argument("--role", required=True, metavar="ROLE[,ROLE]")
    add.add_argument("--valid-after", metavar="T", help="a date, or a time such as 2026-01-31T12:00:00Z")
    add.add_argument("--valid-before", metavar="T")
    _store(add)
    add.set_defaults(run=_trust_add)

    listed = actions.add_parser("list", help="who is trusted")
    listed.add_argument("--format", choices=("text", "json"), default="text")
    _store(listed)
    listed.set_defaults(run=_trust_list)

    remove = actions.add_parser("remove", help="forget a key")
    remove.add_argument("keyid", metavar="KEYID")
    _store(remove)
    remove.set_defaults(run=_trust_remove)

    revoke = actions.add_parser("revoke", help="say that a key counts no more, and why")
    revoke.add_argument("keyid", metavar="KEYID")
    revoke.add_argument("--reason", required=True, choices=("compromised", "superseded"))
    revoke.add_argument("--at", metavar="T", help="for superseded: what was signed before still counts")
    _store(revoke)
    revoke.set_defaults(run=_trust_revoke)


def _store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--trust", metavar="FILE", type=Path, help="the trust store; default: your own")


# Keys


def _new(arguments: argparse.Namespace) -> int:
    from inspector.record.keys import new_key

    path = _in_folder(arguments.file)
    return _save(new_key(), path, arguments)


def _import(arguments: argparse.Namespace) -> int:
    from inspector.record.keys import is_encrypted, load_key, passphrase_from, read_bounded

    passphrase = None
    if is_encrypted(read_bounded(arguments.source)):
        passphrase = passphrase_from(arguments.source_passphrase_file or arguments.passphrase_file) or asked(
            f"Passphrase of {plain(str(arguments.source))}: "
        )
    key = load_key(arguments.source, passphrase)
    out = arguments.out or _in_folder(Path(f"{arguments.source.stem}.pem"))
    return _save(key, out, arguments)


def _save(key: FileKey, path: Path, arguments: argparse.Namespace) -> int:
    from inspector.record.keys import save_key

    public = save_key(key, path, _new_passphrase(arguments))
    print(f"private key: {plain(str(path))}")
    print(f"public key:  {plain(str(public))}")
    print(f"key id:      {key.public.keyid}")
    if arguments.no_passphrase:
        print("The private key has no passphrase: whoever reads the file can sign.", file=sys.stderr)
    return 0


def _in_folder(path: Path) -> Path:
    """A bare name without a suffix is a key of the user's own folder of keys; all else is a path."""
    if path.name != str(path) or path.suffix:
        return path
    folder = places.keys()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UnreadableInput(
            f"The folder of keys {plain(str(folder))} cannot be made: {error.strerror or error}.",
            "Name a file for the key, such as reviewer.pem, or set INSPECTOR_HOME to a folder of your own.",
        ) from error
    return folder / f"{path.name}.pem"


def _new_passphrase(arguments: argparse.Namespace) -> bytes | None:
    from inspector.record.keys import passphrase_from

    if arguments.no_passphrase:
        return None
    given = passphrase_from(arguments.passphrase_file)
    if given is not None:
        return given
    first = asked("Passphrase for the new key: ")
    if first != asked("The same once more: "):
        raise UnreadableInput("The two passphrases differ.", "Nothing was written; try again.")
    return first


def asked(prompt: str) -> bytes:
    """A passphrase typed at the terminal, not shown; UnreadableInput where there is no terminal to ask at."""
    import getpass

    if not sys.stdin.isatty():
        raise UnreadableInput(
            "A passphrase is needed, and there is no terminal to ask at.",
            "Give --passphrase-file or set INSPECTOR_PASSPHRASE (or --no-passphrase for a new key).",
        )
    try:
        text = getpass.getpass(prompt)
    except (EOFError, KeyboardInterrupt):
        text = ""
    if not text:
        raise UnreadableInput("No passphrase was given.")
    return os.fsencode(text)


def opened_key(path: Path, passphrase_file: Path | None) -> Signer:
    """The key at ``path`` (or of that name in the folder of keys), with its passphrase if need be; or one
    that an ssh-agent or a token holds (``ssh-agent[:WORD]``, ``pkcs11:…``)."""
    from inspector.record import pkcs11_key, ssh_agent
    from inspector.record.keys import is_encrypted, load_key, passphrase_from, read_bounded

    if ssh_agent.is_agent_key(str(path)):
        return ssh_agent.chosen(str(path))
    if pkcs11_key.is_token_key(str(path)):
        pkcs11_key.parsed(str(path))  # what is written wrongly is said before a PIN is asked for
        return pkcs11_key.TokenKey(str(path), passphrase_from(passphrase_file) or asked("PIN of the token: "))
    path = _known(path, ".pem")
    passphrase = None
    if is_encrypted(read_bounded(path)):
        passphrase = passphrase_from(passphrase_file) or asked(f"Passphrase of {plain(str(path))}: ")
    return load_key(path, passphrase)


def _known(path: Path, suffix: str) -> Path:
    """``path``, or the key of that bare name in the folder of keys, as `key list` names it."""
    own = places.keys() / f"{path.name}{suffix}"
    return own if not path.exists() and path.name == str(path) and own.exists() else path


def _list(_: argparse.Namespace) -> int:
    from inspector.record.keys import load_public

    folder = places.keys()
    found = sorted(folder.glob("*.pub")) if folder.is_dir() else []
    for path in found:
        try:
            key = load_public(path)
        except UnreadableInput as error:
            print(f"{plain(path.stem)}: {error.sentence}", file=sys.stderr)
            continue
        print(f"{plain(path.stem)}\t{key.kind}\t{key.keyid}")
    if not found:
        print(
            f"There is no key in {plain(str(folder))}: `inspector key new NAME` makes one.", file=sys.stderr
        )
    _list_agent()
    return 0


def _list_agent() -> None:
    """The keys of an ssh-agent that could sign, under the names by which they are given to --key."""
    from inspector.record import ssh_agent

    if not os.environ.get(ssh_agent.SOCKET_VARIABLE):
        return
    try:
        offered = ssh_agent.identities()
    except UnreadableInput as error:
        print(error.sentence, file=sys.stderr)
        return
    for one in offered:
        if one.public is not None:
            name = f"{ssh_agent.PREFIX}:{one.public.keyid[:8]}"
            print(f"{name}\t{one.public.kind}\t{one.public.keyid}\t{plain(one.comment, 80)}")


def _show(arguments: argparse.Namespace) -> int:
    from inspector.record.keys import load_public, read_bounded

    if str(arguments.file).startswith(("ssh-agent", "pkcs11:")) and not arguments.file.exists():
        key, private = opened_key(arguments.file, arguments.passphrase_file).public, True
    else:
        path = _known(arguments.file, ".pub")
        private = b"PRIVATE KEY" in read_bounded(path)
        key = opened_key(path, arguments.passphrase_file).public if private else load_public(path)
    print(f"{key.kind} {'private' if private else 'public'} key")
    print(f"key id: {key.keyid}")
    print(key.pem.decode(), end="")
    return 0


# Trust


def _trust_file(arguments: argparse.Namespace) -> Path:
    path: Path | None = arguments.trust
    return places.trust_store() if path is None else path


def trusted_keys(path: Path | None) -> list[TrustedKey]:
    """The keys of the trust store at ``path``, or of one's own. A store that was named must be there; one's
    own may not exist yet, and is then empty."""
    from inspector.gate.inspector_gate import Unreadable, read_trust

    store = path or places.trust_store()
    try:
        return read_trust(str(store)) if path is not None or store.exists() else []
    except Unreadable as error:
        raise UnreadableInput(str(error)) from None


def _trust_add(arguments: argparse.Namespace) -> int:
    from inspector.record import trust
    from inspector.record.keys import load_public

    added = trust.add(
        _trust_file(arguments),
        load_public(_known(arguments.file, ".pub")),
        name=arguments.name,
        roles=arguments.role.split(","),
        valid_after=arguments.valid_after,
        valid_before=arguments.valid_before,
    )
    print(f"{plain(added.principal)} is trusted as {', '.join(added.roles)} with the key {added.keyid}")
    return 0


def _trust_list(arguments: argparse.Namespace) -> int:
    from inspector.record import trust

    store = _trust_file(arguments)
    keys = trust.load(store)
    if arguments.format == "json":
        import json

        print(json.dumps([trust.as_json(key) for key in keys], indent=1, sort_keys=True))
        return 0
    for key in keys:
        print(_line(key))
    if not keys:
        state = (
            f"{plain(str(store))} is empty"
            if store.exists()
            else f"There is no trust store {plain(str(store))} yet"
        )
        print(f"{state}: nobody's signature counts. `inspector trust add` names somebody.", file=sys.stderr)
    return 0


def _line(key: TrustedKey) -> str:
    from inspector.gate.inspector_gate import shown_time

    words = [plain(key.principal), ",".join(key.roles), key.keyid]
    if key.valid_after is not None:
        words.append(f"from {shown_time(key.valid_after)}")
    if key.valid_before is not None:
        words.append(f"until {shown_time(key.valid_before)}")
    if key.revoked:
        words.append(
            f"revoked: {key.revoked}" + (f" at {shown_time(key.revoked_at)}" if key.revoked_at else "")
        )
    return "\t".join(words)


def _trust_remove(arguments: argparse.Namespace) -> int:
    from inspector.record import trust

    key = trust.remove(_trust_file(arguments), arguments.keyid)
    print(f"{plain(key.principal)} is not trusted any more with the key {key.keyid}")
    return 0


def _trust_revoke(arguments: argparse.Namespace) -> int:
    import time

    from inspector.record import trust

    key = trust.revoke(
        _trust_file(arguments),
        arguments.keyid,
        reason=arguments.reason,
        at=arguments.at,
        now=int(time.time()),
    )
    print(f"The key {key.keyid} of {plain(key.principal)} is revoked: {key.revoked}")
    if key.revoked == "compromised" and arguments.at is not None:
        print("--at was left aside: of a compromised key nothing counts, whenever signed.", file=sys.stderr)
    return 0
