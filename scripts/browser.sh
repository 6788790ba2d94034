#!/usr/bin/env bash
# Print the path of a Chromium or Chrome for the browser tests; where there is none, install Debian's if that may be done.
#     scripts/browser.sh           prints nothing, and says what to do, when there is none in the end
#     scripts/browser.sh --find    only looks
# CHROME_PATH names one that lies elsewhere.
set -euo pipefail

find_browser() {
    local candidate
    for candidate in "${CHROME_PATH:-}" chromium chromium-browser google-chrome google-chrome-stable chrome \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" /Applications/Chromium.app/Contents/MacOS/Chromium; do
        # Ubuntu's chromium-browser may be a stub that only says how to get the snap: so ask for the version.
        if [ -n "$candidate" ] && "$candidate" --version >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

install_browser() {
    command -v apt-get >/dev/null && as_root true 2>/dev/null || return
    echo "Installing Debian's chromium for the browser tests …" >&2
    as_root env DEBIAN_FRONTEND=noninteractive sh -c \
        'apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core' >/dev/null
}

find_browser && exit
[ "${1:-}" != --find ] || exit 0
if install_browser && find_browser; then exit; fi
cat >&2 <<'NOTICE'
==============================================================================
 NO BROWSER: the browser tests are LEFT OUT.
 Install Chromium or Google Chrome, or set CHROME_PATH to one, and run again.
==============================================================================
NOTICE
