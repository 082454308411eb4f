#!/bin/sh
# Every header of src/ compiles alone, with both compilers: it includes what it needs.
# usage: tools/check/headers.sh [source root [folder with generated headers ...]]
# By default this checkout, with what its build folder has generated.
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -gt 0 ] || set -- "$here" "$here/build/src"
root=$1
shift
includes="-I$root/src"
for folder in "$@"; do
    includes="$includes -I$folder"
done
flags='-std=c17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Wall -Wextra -Wpedantic -Werror -fsyntax-only'
said=$(mktemp)
trap 'rm -f "$said"' EXIT
passed=0
failed=0
for compiler in gcc clang; do
    if ! command -v "$compiler" >/dev/null; then
        echo "headers: $compiler is not installed"
        failed=$((failed + 1))
        continue
    fi
    for header in $(find "$root/src" -name '*.h' | LC_ALL=C sort); do
        # Included from an empty source, because a header as main file warns of its #pragma once.
        if printf '#include "%s"\n' "$header" |
            "$compiler" $flags $includes -x c - 2>"$said"; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            echo "$header: does not compile alone with $compiler"
            sed 's/^/    /' "$said"
        fi
    done
done
echo "headers: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
