"""Packages in which someone exchanged, added or took away what travels with the record: refused by one code,
or accepted as docs/record.md says, by ``verify`` and the gate alike."""

from __future__ import annotations

import os
from typing import Any

from inspector.record import dsse
from inspector.record.companions import package_statement
from inspector.record.interface import Attachment

from .forgeries import Forgeries, Spoil, accept, refuse, unread  # isort: skip

FORGED = Forgeries()
refused, accepted, unreadable = FORGED.refused, FORGED.accepted, FORGED.unreadable


@refused("package")
def the_sums_with_other_line_ends(scene: Any) -> None:
    path = scene.package / "SHA256SUMS"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


@refused("package")
def the_sums_in_another_order(scene: Any) -> None:
    path = scene.package / "SHA256SUMS"
    path.write_bytes(b"".join(sorted(path.read_bytes().splitlines(keepends=True), reverse=True)))


@refused("package")
def the_lines_begin_with_a_countersignature(scene: Any) -> None:
    path = scene.package / "review.intoto.jsonl"
    path.write_bytes(b"{}\n" + path.read_bytes())


@refused("package")
def the_lines_are_empty(scene: Any) -> None:
    (scene.package / "review.intoto.jsonl").write_bytes(b"")


for _file in (
    "bom.cdx.json",
    "findings.sarif",
    "vex.openvex.json",
    "oscal-ar.json",
    "spdx3.json",
    "VERIFY.md",
):

    def _append(scene: Any, name: str = _file) -> None:
        with (scene.package / name).open("ab") as stream:
            stream.write(b" ")

    FORGED.rows_refused.append((f"a_space_behind_{_file}", "attachment", _append))


@refused("attachment")
def an_attachment_is_a_link_to_another(scene: Any) -> None:
    (scene.package / "report.html").unlink()
    (scene.package / "report.html").symlink_to("VERIFY.md")


@refused("attachment")
def something_appended_to_the_pdf(scene: Any) -> None:
    _speak_for(
        scene, package_statement(_payload(scene), [_printed(scene)], "2026-05-28T20:26:40Z"), scene.key
    )
    with (scene.package / "review-report.pdf").open("ab") as stream:
        stream.write(b"1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n")


@refused("attachment")
def a_pdf_put_beside_a_record_that_had_none(scene: Any) -> None:
    _printed(scene)


@refused("attachment")
def the_public_keys_were_exchanged(scene: Any) -> None:
    for path in (scene.package / "keys").iterdir():
        path.write_bytes(scene.stranger.public.pem)


@refused("too-large")
def an_attachment_without_end(scene: Any) -> None:
    with (scene.package / "report.html").open("r+b") as stream:
        stream.truncate((256 << 20) + 1)


@unreadable
def the_record_is_a_zip(scene: Any) -> None:
    """``verify`` reads zips, and this one holds no record; the gate reads none."""
    import zipfile

    with zipfile.ZipFile(scene.package.parent / "out.zip", "w") as archive:
        archive.writestr("x", "y")
    scene.record = scene.package.parent / "out.zip"


@unreadable
def an_attachment_is_a_pipe(scene: Any) -> None:
    (scene.package / "report.html").unlink()
    os.mkfifo(scene.package / "report.html")


@unreadable
def an_attachment_is_a_folder(scene: Any) -> None:
    (scene.package / "report.html").unlink()
    (scene.package / "report.html").mkdir()


@unreadable
def the_record_is_a_folder(scene: Any) -> None:
    scene.envelope_path.unlink()
    scene.envelope_path.mkdir()


@unreadable
def the_record_is_a_link_to_itself(scene: Any) -> None:
    scene.envelope_path.unlink()
    scene.envelope_path.symlink_to(scene.envelope_path.name)


@unreadable
def the_record_is_a_device(scene: Any) -> None:
    scene.envelope_path.unlink()
    scene.envelope_path.symlink_to("/dev/zero")


@accepted("report-unbound")
def nothing_speaks_for_the_pdf(scene: Any) -> None:
    """The record holds no digest of it (docs/record.md): what counts is the record."""
    (scene.package / "review-report.pdf").write_bytes(b"%PDF-1.7\nApproved for everything\n%%EOF\n")
    (scene.package / "package-files.dsse.json").unlink()


@accepted("report-unbound")
def the_pdf_and_its_statement_are_of_another_record(scene: Any) -> None:
    """A more favourable review by the same reviewer, laid beside this record."""
    made = package_statement(b"{}", [_printed(scene)], "2026-05-28T20:26:40Z")
    _speak_for(scene, made, scene.key)


@accepted("report-unbound")
def a_stranger_speaks_for_the_pdf(scene: Any) -> None:
    made = package_statement(_payload(scene), [_printed(scene)], "2026-05-28T20:26:40Z")
    _speak_for(scene, made, scene.stranger)


@accepted("report-unbound")
def the_statement_about_the_pdf_is_damaged(scene: Any) -> None:
    _printed(scene)
    (scene.package / "package-files.dsse.json").write_text("{}")


def _payload(scene: Any) -> bytes:
    return dsse.canonical_bytes(scene.payload())


def _printed(scene: Any) -> Attachment:
    content = b"%PDF-1.7\nApproved for everything\n%%EOF\n"
    (scene.package / "review-report.pdf").write_bytes(content)
    return Attachment("review-report.pdf", "application/pdf", content)


def _speak_for(scene: Any, made: dict[str, Any], key: Any) -> None:
    path = scene.package / "package-files.dsse.json"
    path.write_bytes(dsse.envelope_bytes(dsse.sign(dsse.canonical_bytes(made), key)))


@accepted()
def a_file_nobody_asked_for_in_the_package(scene: Any) -> None:
    (scene.package / "approval.txt").write_text("Approved by the board.\n")


@accepted("package-incomplete")
def the_report_was_taken_away(scene: Any) -> None:
    (scene.package / "report.html").unlink()


@accepted("package-incomplete")
def the_bundle_was_taken_away(scene: Any) -> None:
    (scene.package / "review-record.sigstore.json").unlink()


@accepted("countersignature")
def a_countersignature_that_is_a_pipe(scene: Any) -> None:
    os.mkfifo(scene.package / "countersignature-00000000.dsse.json")


@accepted("countersignature")
def a_countersignature_that_is_a_folder(scene: Any) -> None:
    (scene.package / "countersignature-00000000.dsse.json").mkdir()


@accepted("countersignature")
def a_countersignature_without_end(scene: Any) -> None:
    path = scene.package / "countersignature-00000000.dsse.json"
    path.write_bytes(b"")
    os.truncate(path, 1 << 33)


@FORGED.each_refused()
def test_both_refuse_by_the_same_code(scene: Any, code: str, spoil: Spoil) -> None:
    refuse(scene, code, spoil)


@FORGED.each_accepted()
def test_both_accept_and_say_the_same(scene: Any, warning: str, spoil: Spoil) -> None:
    accept(scene, warning, spoil)


@FORGED.each_unreadable()
def test_both_say_that_it_cannot_be_read(scene: Any, spoil: Spoil) -> None:
    unread(scene, spoil)


def test_no_two_rows_have_one_name() -> None:
    names = FORGED.names()
    assert len(set(names)) == len(names)
