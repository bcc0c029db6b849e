#!/bin/sh
# Verifies this package with openssl, jq and coreutils alone: sh verify.sh [KEY.pub] [PROJECT-FOLDER]
#
# KEY.pub is the reviewer's public key as you got it from the reviewer. Without it the key in keys/ is used,
# which shows that the package is whole, not who made it.
set -eu

say() { printf '%s\n' "$*"; }
fail() { printf 'refused: %s\n' "$*" >&2; exit 1; }

here=$(cd "$(dirname "$0")" && pwd)
key=
root=
for one in "$@"; do
    if [ -d "$one" ]; then root=$one; else key=$one; fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# unpack ENVELOPE: its payload, its signature and the bytes that were signed, into the folder $work.
unpack() {
    jq -rj '.payload' "$1" | base64 -d > "$work/payload" || fail "the payload is not base64"
    jq -rj '.signatures[0].sig' "$1" | base64 -d > "$work/signature" || fail "the signature is not base64"
    type=$(jq -rj '.payloadType' "$1")
    [ "$type" = "application/vnd.in-toto+json" ] || fail "the payload type is another"
    [ "$(jq -r '.signatures | length' "$1")" = 1 ] || fail "there is not exactly one signature"
    size=$(($(wc -c < "$work/payload")))
    # openssl reads no more than the longest signature and would not see what stands behind it.
    [ "$(wc -c < "$work/signature")" -le 72 ] || fail "the signature is too long"
    { printf 'DSSEv1 %d %s %d ' "${#type}" "$type" "$size"; cat "$work/payload"; } > "$work/signed"
}

# holds KEY: whether KEY made the signature that was unpacked last.
holds() {
    if openssl pkey -pubin -in "$1" -noout -text | head -n 1 | grep -qi ed25519; then
        openssl pkeyutl -verify -pubin -inkey "$1" -rawin -in "$work/signed" -sigfile "$work/signature"
    else
        openssl dgst -sha256 -verify "$1" -signature "$work/signature" "$work/signed"
    fi
}

# The files that hold the record, the printed report among them: the same key speaks for them elsewhere.
companions=$here/package-files.dsse.json
if [ -f "$companions" ]; then
    unpack "$companions"
    mv "$work/payload" "$work/about"
    mv "$work/signature" "$work/signature-about"
    mv "$work/signed" "$work/signed-about"
fi
unpack "$here/review-record.dsse.json"

if [ -n "$key" ]; then
    holds "$key" > /dev/null 2>&1 || fail "the key $key does not verify the record"
    say "signature: verified with $key"
else
    found=
    for one in "$here"/keys/*.pub; do
        if holds "$one" > /dev/null 2>&1; then found=$one; fi
    done
    [ -n "$found" ] || fail "no key in the package verifies the record"
    say "signature: verified with the key in the package; compare its id with the one the reviewer told you"
    key=$found
fi
say "key id: $(openssl pkey -pubin -in "$key" -outform DER | sha256sum | cut -d ' ' -f 1)"
say "record: sha256:$(sha256sum < "$work/payload" | cut -d ' ' -f 1)"

# The list of files, as sha256sum writes it, must be the one the statement is about.
jq -r '.predicate.manifest.files[]
    | (.name | contains("\\") or contains("\n") or contains("\r")) as $odd
    | (if $odd then .name | split("\\") | join("\\\\") | split("\n") | join("\\n") | split("\r") | join("\\r")
       else .name end) as $name
    | (if $odd then "\\" else "" end) + .sha256 + "  " + $name' "$work/payload" > "$work/sums"
subject=$(jq -r '.subject[0].digest.sha256' "$work/payload")
[ "$(sha256sum < "$work/sums" | cut -d ' ' -f 1)" = "$subject" ] || fail "the list of files is not the signed one"
if [ -f "$here/SHA256SUMS" ]; then
    cmp -s "$work/sums" "$here/SHA256SUMS" || fail "SHA256SUMS is not the signed list"
fi
say "list of files: $(wc -l < "$work/sums" | tr -d ' ') files, sha256:$subject"

jq -r '.predicate.attachments[] | .digest.sha256 + "  " + .name' "$work/payload" > "$work/attachments"
(cd "$here" && sha256sum --quiet --strict --ignore-missing -c "$work/attachments") > "$work/said" 2>&1 \
    || { cat "$work/said" >&2; fail "a file of the package was changed"; }

if [ -f "$companions" ]; then
    this=$(sha256sum < "$work/payload" | cut -d ' ' -f 1)
    cp "$work/signed-about" "$work/signed"
    cp "$work/signature-about" "$work/signature"
    if holds "$key" > /dev/null 2>&1 && [ "$(jq -r '.predicate.record' "$work/about")" = "$this" ]; then
        jq -r '.subject[] | .digest.sha256 + "  " + .name' "$work/about" > "$work/companions"
        (cd "$here" && LC_ALL=C sha256sum --quiet --strict --ignore-missing -c "$work/companions") \
            > "$work/said" 2>&1 || grep -q 'no file was verified' "$work/said" \
            || { cat "$work/said" >&2; fail "a file of the package was changed"; }
        if [ -f "$here/review-report.pdf" ] && ! grep -q '  review-report.pdf$' "$work/companions"; then
            fail "review-report.pdf was added after signing"
        fi
        say "package: the printed report and the keys are those the same key speaks for"
    else
        companions=
    fi
fi
if [ ! -f "$companions" ] && [ -f "$here/review-report.pdf" ]; then
    say "warning: nothing that was signed speaks for review-report.pdf; read report.html"
fi

if [ -n "$root" ]; then
    if [ -s "$work/sums" ]; then
        (cd "$root" && sha256sum --quiet --strict -c "$work/sums") || fail "files under $root are not the listed ones"
    fi
    if command -v find > /dev/null; then
        # sha256sum reads through links: what the list calls a file must be one, and a listed link the same one.
        (cd "$root" && find . -type l -printf '%P\0%l\0') > "$work/links" 2> /dev/null || : > "$work/links"
        jq -Rsr --slurpfile record "$work/payload" '
            ([$record[0].predicate.manifest.links[]? | {key: .name, value: .target}] | from_entries) as $allowed
            | ([$record[0].predicate.manifest.files[].name] | map({key: ., value: true}) | from_entries) as $files
            | ($record[0].predicate.scope.symlinks == "hf-cache") as $cache
            | [split("\u0000")[] | select(. != "")]
            | [range(0; length; 2) as $at | [.[$at], .[$at + 1]]][]
            | select(($cache and $files[.[0]] and (.[1] | test("^(\\.\\./)+blobs/[^/]+$"))) | not)
            | select($files[.[0]] or ($allowed[.[0]] != null and $allowed[.[0]] != .[1])) | .[0]' \
            "$work/links" > "$work/odd"
        [ ! -s "$work/odd" ] || { cat "$work/odd" >&2; fail "links under $root stand where the record lists none"; }
        (cd "$root" && find . ! -type d -print0) | jq -Rsa --slurpfile record "$work/payload" '
            $record[0].predicate as $p
            | ([$p.manifest.files[].name, ($p.manifest.links[]?.name)] | map({key: ., value: true}) | from_entries)
                as $listed
            | [$p.scope.leftOut[]?.path] as $out
            | split("\u0000")[] | select(. != "") | ltrimstr("./") | select($listed[.] | not)
            | select(. as $name | any($out[]; . == $name or (. as $o | $name | startswith($o + "/"))) | not)
            | select(split("/")[:-1] | any(.[]; IN(".git", ".hg", ".svn", "__pycache__")) | not)' > "$work/extra"
        [ ! -s "$work/extra" ] || { cat "$work/extra" >&2; fail "files under $root are not in the record"; }
    fi
    say "bytes: every listed file under $root is the one the record is about"
fi
# What was decided comes last: also of a rejection it is worth knowing which bytes it is about.
decision=$(jq -r '.predicate.decision' "$work/payload")
until=$(jq -r '.predicate.validUntil' "$work/payload")
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
say "decision: $decision, valid until $until"
first=$(printf '%s\n%s\n' "$now" "$until" | LC_ALL=C sort | head -n 1)
[ "$first" = "$now" ] || fail "the record was valid until $until"
case $decision in approved*) ;; *) fail "the decision is: $decision" ;; esac
say "Verified OK"
