"""Desktop entry, metainfo, MIME types, icons and the scripts for other systems agree with the program."""

from __future__ import annotations

import ast
import configparser
import plistlib
import re
import shutil
import struct
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import yaml

import inspector
from inspector.review.schema import APPLICATION_ID

CHECKOUT = Path(__file__).parents[2]
LINUX = CHECKOUT / "packaging" / "linux"
ID = "org.provenance_inspector.ProvenanceInspector"
MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"
Script = Callable[[str], ModuleType]


def _entry() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(LINUX / "provenance-inspector.desktop", encoding="utf-8")
    return parser["Desktop Entry"]


def _tool(*command: str) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed here")
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_desktop_file_validate_has_nothing_to_say() -> None:
    _tool("desktop-file-validate", "--no-hints", str(LINUX / "provenance-inspector.desktop"))


def test_appstreamcli_accepts_the_metainfo() -> None:
    _tool("appstreamcli", "validate", "--no-net", str(LINUX / "provenance-inspector.metainfo.xml"))


def test_shellcheck_has_nothing_to_say() -> None:
    _tool("shellcheck", str(LINUX / "try_deb.sh"), str(CHECKOUT / "packaging/appimage/build.sh"))


def test_the_desktop_entry_is_the_one_that_the_window_names(monkeypatch: pytest.MonkeyPatch) -> None:
    from inspector.gui.app import desktop_name

    entry = _entry()
    monkeypatch.delenv("FLATPAK_ID", raising=False)
    assert desktop_name() == entry["Icon"]  # Wayland finds the icon by this name
    assert entry["Exec"] == "inspector-gui %f"


def test_the_types_that_the_window_opens_are_defined_and_found_by_content() -> None:
    root = ElementTree.parse(LINUX / "provenance-inspector.xml").getroot()
    types = {node.get("type"): node for node in root.iter(f"{MIME}mime-type")}
    opened = set(_entry()["MimeType"].strip(";").split(";")) - {"inode/directory"}
    assert opened <= types.keys()
    review = types["application/vnd.provenance-inspector.review"]
    inner = review.find(f"{MIME}magic/{MIME}match/{MIME}match")
    assert inner is not None
    assert (inner.get("offset"), int(inner.get("value", ""), 16)) == ("68", APPLICATION_ID)
    provided = ElementTree.parse(LINUX / "provenance-inspector.metainfo.xml").getroot().iter("mediatype")
    assert {node.text for node in provided} == opened


def test_the_metainfo_speaks_of_this_version_and_the_changelog_too() -> None:
    root = ElementTree.parse(LINUX / "provenance-inspector.metainfo.xml").getroot()
    release = root.find("releases/release")
    assert release is not None and release.get("version") == inspector.__version__
    assert f"## {inspector.__version__}" in (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert (root.findtext("id"), root.findtext("launchable")) == (ID, "provenance-inspector.desktop")


def test_the_icon_is_rendered_in_every_size_and_container(script: Script, tmp_path: Path) -> None:
    icons = script("packaging/icons.py")
    icons.write_icons(tmp_path)
    for size in icons.SIZES:
        png = (tmp_path / f"hicolor/{size}x{size}/apps/provenance-inspector.png").read_bytes()
        assert struct.unpack(">II", png[16:24]) == (size, size)
    ico, icns = (tmp_path / "inspector.ico").read_bytes(), (tmp_path / "inspector.icns").read_bytes()
    count = struct.unpack("<HHH", ico[:6])[2]
    for index in range(count):
        length, offset = struct.unpack("<II", ico[6 + 16 * index + 8 : 6 + 16 * index + 16])
        assert ico[offset : offset + 8] == b"\x89PNG\r\n\x1a\n" and offset + length <= len(ico)
    assert icns[:4] == b"icns" and struct.unpack(">I", icns[4:8])[0] == len(icns)


def test_the_packages_keep_every_qt_module_that_the_window_imports(script: Script) -> None:
    used = set()
    for path in (CHECKOUT / "inspector").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("PySide6."):
                used.add((node.module or "").split(".")[1])
    assert used == set(script("packaging/linux/slim_qt.py").MODULES)


def test_pyinstaller_keeps_what_is_needed_and_no_other_plugin(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    slim = script("packaging/linux/slim_qt.py")
    needed = {"libqxcb.so": ["libXcb.so"], "libqgtk3.so": ["libgtk-3.so.0"]}
    monkeypatch.setattr(slim, "_needed", lambda path: needed.get(Path(path).name, []))
    plugins = "PySide6/Qt/plugins"
    listed = [
        (f"{plugins}/platforms/libqxcb.so", "/s/libqxcb.so", "BINARY"),
        (f"{plugins}/platformthemes/libqgtk3.so", "/s/libqgtk3.so", "BINARY"),
        ("libXcb.so", "/s/libXcb.so", "BINARY"),
        ("libgtk-3.so.0", "/s/libgtk-3.so.0", "BINARY"),
        ("yaml/_yaml.so", "/s/_yaml.so", "EXTENSION"),
        ("libpython3.11.so.1.0", "/s/libpython3.11.so.1.0", "BINARY"),
    ]
    kept = {name for name, _, _ in slim.needed_binaries(listed)}
    assert kept == {
        f"{plugins}/platforms/libqxcb.so", "libXcb.so", "yaml/_yaml.so", "libpython3.11.so.1.0"
    }  # fmt: skip


def test_a_path_of_the_building_machine_is_found_in_a_tree(script: Script, tmp_path: Path) -> None:
    check = script("packaging/check_tree.py")
    (tmp_path / "fine.txt").write_text("/usr/lib/provenance-inspector")
    assert check.complaints(tmp_path) == []
    (tmp_path / "told.bin").write_bytes(b"\0" + str(CHECKOUT).encode() + b"/inspector\0")
    assert check.complaints(tmp_path) == [f"told.bin holds the path {CHECKOUT}/"]


@pytest.mark.parametrize("place", ["/home/somebody/lib", "$ORIGINAL/lib", "", "."])
def test_only_its_own_folder_is_searched_for_libraries(script: Script, place: str) -> None:
    check = script("packaging/check_tree.py")
    assert not check._own(place)
    assert check._own("$ORIGIN") and check._own("$ORIGIN/../lib")


def test_the_flatpak_is_named_as_the_metainfo_and_sees_no_home() -> None:
    [path] = (CHECKOUT / "packaging/flatpak").glob("*.yml")
    manifest = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert path.stem == manifest["id"] == ID
    assert manifest["rename-desktop-file"] == "provenance-inspector.desktop"
    assert not [word for word in manifest["finish-args"] if "filesystem" in word]
    assert "--share=network" not in str(manifest["modules"])


def test_nothing_is_fetched_for_the_flatpak_without_a_hash(script: Script) -> None:
    sources = script("packaging/flatpak/python_sources.py").sources
    entry = {"download_info": {"url": "file:///a/b-1.whl", "archive_info": {"hashes": {"sha256": "0" * 64}}}}
    assert sources({"install": [entry]}) == [{"type": "file", "url": "file:///a/b-1.whl", "sha256": "0" * 64}]
    with pytest.raises(ValueError, match="no SHA-256"):
        sources({"install": [{"download_info": {"url": "file:///a/b-1.whl"}}]})


def test_the_macos_property_lists_are_whole(script: Script) -> None:
    bundle = script("packaging/macos/bundle.py")
    info = plistlib.loads(plistlib.dumps(bundle.info_plist()))
    assert info["CFBundleShortVersionString"] == inspector.__version__
    assert re.fullmatch(r"[A-Za-z0-9.-]+", info["CFBundleIdentifier"])
    [declared] = info["UTExportedTypeDeclarations"]
    assert info["CFBundleDocumentTypes"][0]["LSItemContentTypes"] == [declared["UTTypeIdentifier"]]
    assert plistlib.loads(plistlib.dumps(bundle.entitlements())) == bundle.entitlements()


def test_libraries_of_the_bundle_are_signed_before_what_holds_them(script: Script, tmp_path: Path) -> None:
    app = tmp_path / "A.app"
    (app / "Contents/Frameworks/deep").mkdir(parents=True)
    for name in ("Frameworks/a.dylib", "Frameworks/deep/b.so"):
        (app / "Contents" / name).write_bytes(b"")
    made = script("packaging/macos/bundle.py").commands(app, tmp_path / "a.dmg", "-", None)
    signed = [command[-1] for command in made if command[0] == "codesign" and "--sign" in command]
    assert [Path(path).name for path in signed] == ["b.so", "a.dylib", "inspector", "A.app"]


def test_the_windows_installer_removes_only_what_it_brought() -> None:
    text = (CHECKOUT / "packaging/windows/installer.nsi").read_text(encoding="utf-8")
    assert re.findall(r'RMDir /r "([^"]+)"', text) == [r"$INSTDIR\_internal"] * 2
    assert "RequestExecutionLevel user" in text


def test_the_licences_of_qt_travel_with_built_programs() -> None:
    folder = CHECKOUT / "packaging/licences"
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in (folder / "LGPL-3.0.txt").read_text(encoding="utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in (folder / "GPL-3.0.txt").read_text(encoding="utf-8")
    spec = (CHECKOUT / "packaging/pyinstaller/inspector.spec").read_text(encoding="utf-8")
    deb = (CHECKOUT / "packaging/linux/deb.py").read_text(encoding="utf-8")
    assert "packaging/licences" in spec and '"licences"' in deb
