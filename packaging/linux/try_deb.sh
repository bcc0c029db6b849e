#!/bin/sh
# Installs the Debian package in a clean root and starts it there, window and all. Needs root, debootstrap and a
# mirror; the folder is left for a look and is removed by hand.
#
#   sh packaging/linux/try_deb.sh dist/provenance-inspector_VERSION_amd64.deb NEW-FOLDER [SUITE]
#   DATA_PACKAGE=dist/provenance-inspector-data_VERSION_amd64.deb sh packaging/linux/try_deb.sh …
set -eu
package=${1:?the .deb}
data=${DATA_PACKAGE:-}
root=${2:?a folder that is not there yet}
suite=${3:-bookworm}
sample='/usr/lib/provenance-inspector/lib/python3*/site-packages/inspector/_resources/sample'

debootstrap --variant=minbase "$suite" "$root"
chmod 1777 "$root/tmp"
cp "$package" "$root/var/tmp/package.deb"
if test -n "$data"; then cp "$data" "$root/var/tmp/package-data.deb"; fi
mount -t proc proc "$root/proc"
trap 'umount "$root/proc"' EXIT
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"; }

inside apt-get update -q
inside env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    /var/tmp/package.deb xvfb xauth x11-utils fonts-dejavu-core
if test -n "$data"; then inside dpkg -i /var/tmp/package-data.deb; fi
inside inspector --version
# shellcheck disable=SC2016
inside sh -euc '
    sample=$(echo '"$sample"')
    inspector scan $sample --no-audit --format json >/tmp/scan.json
    python3 -c "import json; d = json.load(open(\"/tmp/scan.json\")); print(d[\"run\"][\"isolation\"]); \
        assert d[\"coverage\"][\"files\"] == d[\"coverage\"][\"analysed\"] > 0; assert d[\"findings\"]"
    if test -d /usr/share/doc/provenance-inspector-data; then
        inspector dataset screen $sample/data/corrections.jsonl
    fi
    Xvfb :77 -screen 0 1400x900x24 >/dev/null 2>&1 & screen=$!
    sleep 2
    DISPLAY=:77 inspector-gui $sample & window=$!
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        sleep 1
        DISPLAY=:77 xwininfo -root -tree | grep "sample — Provenance Inspector" && shown=yes && break
    done
    kill $window $screen
    test "${shown:-no}" = yes'
if test -n "$data"; then inside dpkg --purge provenance-inspector-data; fi
inside dpkg --purge provenance-inspector
test ! -e "$root/usr/lib/provenance-inspector"
echo "Installed, started and removed without a trace."
