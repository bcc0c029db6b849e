#!/bin/sh
# An AppImage of the frozen folder. appimagetool and its runtime are not Debian packages: fetch them once, check
# them against a digest that you trust, and name them here.
#
#   APPIMAGETOOL=./appimagetool RUNTIME=./runtime-x86_64 sh packaging/appimage/build.sh dist/provenance-inspector dist
#
# With no APPIMAGETOOL the folder AppDir is left beside the output, ready for it.
set -eu
frozen=${1:?the folder that packaging/pyinstaller/freeze.py made}
output=${2:?the folder for the AppImage}
here=$(cd "$(dirname "$0")/.." && pwd)
app=org.provenance_inspector.ProvenanceInspector
appdir=$output/AppDir

rm -rf "$appdir"
mkdir -p "$appdir/usr/lib" "$appdir/usr/share/metainfo" "$appdir/usr/share/mime/packages" \
    "$appdir/usr/share/applications" "$appdir/usr/share/icons/hicolor/scalable/apps"
cp -a "$frozen" "$appdir/usr/lib/provenance-inspector"
cp "$here/linux/provenance-inspector.desktop" "$appdir/usr/share/applications/"
cp "$here/linux/provenance-inspector.desktop" "$appdir/"
cp "$here/linux/provenance-inspector.metainfo.xml" "$appdir/usr/share/metainfo/$app.metainfo.xml"
cp "$here/linux/provenance-inspector.xml" "$appdir/usr/share/mime/packages/"
cp "$here/../resources/icons/inspector.svg" "$appdir/provenance-inspector.svg"
cp "$here/../resources/icons/inspector.svg" "$appdir/usr/share/icons/hicolor/scalable/apps/provenance-inspector.svg"

# Called with a command it is the command line, called with a target or nothing it is the window.
cat >"$appdir/AppRun" <<'RUN'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
if [ $# -gt 1 ] || [ "${1#-}" != "${1:-}" ]; then
    exec "$here/usr/lib/provenance-inspector/inspector" "$@"
fi
exec "$here/usr/lib/provenance-inspector/inspector-gui" "$@"
RUN
chmod 755 "$appdir/AppRun"

if [ -z "${APPIMAGETOOL:-}" ]; then
    echo "APPIMAGETOOL is not set; $appdir is ready for it." >&2
    exit 0
fi
version=$("$appdir/usr/lib/provenance-inspector/inspector" --version | sed 's/.* //')
ARCH=x86_64 "$APPIMAGETOOL" ${RUNTIME:+--runtime-file "$RUNTIME"} "$appdir" \
    "$output/provenance-inspector-$version-x86_64.AppImage"
