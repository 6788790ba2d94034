#!/usr/bin/env bash
# Make .venv, or mend it, and install requirement files into it, in the versions of constraints.txt:
#     scripts/install.sh requirements.txt [requirements-dev.txt]
# Does nothing when these files have not changed since. PYTHON names the Python to use, VENV another folder than .venv,
# EXCEPT packages, separated by "|", whose version constraints.txt does not say here.
# LEAN=1 keeps it small: only what is used is compiled, when it is, and pip is taken away again (a sixth of a light set).
set -euo pipefail
cd "$(dirname "$0")/.."

venv=${VENV:-.venv}
except=${EXCEPT:-}
python=$venv/bin/python
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'

fail() {
    printf 'error: %s\n' "$1" >&2
    shift
    printf '       %s\n' "$@" >&2
    exit 1
}

find_python() {
    local candidate candidates=(python3 python3.14 python3.13 python3.12 python3.11 python)
    [ -z "${PYTHON:-}" ] || candidates=("$PYTHON")
    for candidate in "${candidates[@]}"; do
        if "$candidate" -c "$new_enough" 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    fail "Florascope needs Python 3.11 or newer; ${candidates[0]} is $("${candidates[0]}" --version 2>/dev/null || echo missing)." \
        "Install a newer one, or say where it is, as in: make app PYTHON=/opt/python3.12/bin/python3"
}

make_venv() {
    local base
    base=$(find_python)
    "$base" -c 'import ensurepip, venv' 2>/dev/null || fail \
        "$base cannot make virtual environments: its modules venv and ensurepip are missing." \
        "On Debian and Ubuntu they come with: apt-get install python3-venv"
    echo "Making $venv with $("$base" --version) …"
    "$base" -m venv --clear "$venv"
}

# Of what pip says, the large downloads and what follows them; line by line, so that each shows at once.
show_progress() {
    local line size name version
    while IFS= read -r line; do
        case $line in
        *Downloading*" MB)" | *"Using cached"*" MB)")
            size=${line##*\(}
            line=${line% (*}
            IFS=- read -r name version _ <<<"${line##*[ /]}"
            echo "  $name $version (${size}"
            ;;
        "Installing collected packages"*) echo "Unpacking; where PyTorch is among them, this may take a minute or two …" ;;
        esac
    done
}

# The versions that are to be installed.
pins() {
    grep -viE "^($except)==" constraints.txt
}

# What a requirement file asks for, to see later whether it still asks for the same.
wanted() {
    cat "$1" requirements-serve.txt
    pins
}

up_to_date() {
    local requirements
    "$python" -c "$new_enough" 2>/dev/null || return
    for requirements in "$@"; do
        wanted "$requirements" | cmp -s - "$venv/installed-$requirements" || return
    done
}

up_to_date "$@" && exit
{ "$python" -c "$new_enough" && "$python" -m pip --version; } >/dev/null 2>&1 || make_venv
echo "Installing the packages of $* …"
constraints=$(mktemp)
trap 'rm -f "$constraints"' EXIT
pins >"$constraints"
lean=()
[ -z "${LEAN:-}" ] || lean=(--no-compile)
"$python" -m pip install "${lean[@]}" --disable-pip-version-check --progress-bar off -c "$constraints" "${@/#/-r}" | show_progress ||
    fail "The packages could not be installed; pip's message above says why." "When it is mended, run the same command again."
[ -z "${LEAN:-}" ] || "$python" -m pip uninstall --quiet --yes setuptools pip
for requirements in "$@"; do
    wanted "$requirements" >"$venv/installed-$requirements"
done
echo "Installed."
