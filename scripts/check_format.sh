#!/usr/bin/env bash
# Checks that the C++ files are formatted as .clang-format says, or puts them right with --fix.
# Exit codes: 0 they are; 1 they are not; 77 not checked, because clang-format 14 is missing (ctest shows a skip).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Versions break lines differently, so one is the measure: that of Debian 12.
readonly VERSION=14

find_clang_format() {
    local program
    for program in "clang-format-$VERSION" clang-format; do
        [[ $("$program" --version 2>/dev/null) == *"version $VERSION."* ]] || continue
        echo "$program"
        return
    done
    return 1
}

case ${1:-} in
    '') mode=(--dry-run -Werror) ;;
    --fix) mode=(-i) ;;
    *) echo "usage: scripts/check_format.sh [--fix]" >&2 && exit 2 ;;
esac

clang_format=$(find_clang_format) || {
    echo "SKIPPED: clang-format $VERSION is not installed"
    exit 77
}
git rev-parse --git-dir >/dev/null 2>&1 || {
    echo "SKIPPED: not a git checkout"
    exit 77
}
# New files count too, before they are added; files deleted but not yet committed do not.
mapfile -t files < <(git ls-files --cached --others --exclude-standard -- '*.hpp' '*.cpp' | sort -u |
    while read -r file; do [[ ! -f $file ]] || echo "$file"; done)
((${#files[@]} > 0)) || {
    echo "no C++ file was found" >&2
    exit 1
}
printf '%s\0' "${files[@]}" | xargs -0 -n 20 -P "$(nproc)" "$clang_format" "${mode[@]}" || {
    echo "put it right with scripts/check_format.sh --fix" >&2
    exit 1
}
echo "${#files[@]} files are formatted"
