#!/usr/bin/env bash
# Write requirements-SET.lock for SET = serve or full: all packages of the set in the versions of constraints.txt, with the
# hashes of their files, for Linux, macOS and Windows. `make lock` runs it for both.
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-} in
serve) source=requirements-serve.txt ;;
full) source=requirements.txt ;;
*)
    echo "usage: scripts/lock.sh serve|full" >&2
    exit 2
    ;;
esac
uv pip compile "$source" --constraints constraints.txt --output-file "requirements-$1.lock" --upgrade --universal \
    --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" --quiet
