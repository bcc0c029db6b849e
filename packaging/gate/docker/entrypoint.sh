#!/bin/sh
# The entry point of an image: runs the gate, and in its place the service, if the gate says yes.
#
#   GATE_RECORD   folder of the signed package, or its review-record.dsse.json   (/gate/review)
#   GATE_ROOT     the tree that must hold the approved bytes                      (/model)
#   GATE_TRUST    the trust store                                                 (/gate/trust.txt)
#   GATE_OPTIONS  more options of the gate, split at spaces: --project assistant --require 2
#
# Whoever may set these variables may choose another trust store. Where that is not the one who deploys, write
# the values into the image instead.
set -eu

# GATE_OPTIONS is meant to be split into words, and no word of it is a pattern for file names.
set -f
# shellcheck disable=SC2086
python3 -I /gate/inspector_gate.py "${GATE_RECORD:-/gate/review}" \
    --root "${GATE_ROOT:-/model}" --trust "${GATE_TRUST:-/gate/trust.txt}" ${GATE_OPTIONS:-}
set +f
exec "$@"
