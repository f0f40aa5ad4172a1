#!/usr/bin/env bash
# Feeds the readers of weights, images and lists with damaged and invented ones until something breaks, or the time is over.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case ${1:-} in
    -h | --help)
        cat <<'END'
usage: scripts/fuzz.sh [SECONDS | --runs COUNT]

Builds the libFuzzer targets in build/fuzz (needs clang++ and libclang-rt) and runs each reader, and of images each
format, for that long (default 60) or on so many inputs, starting from the stored weights files, lists and images. Prints
a table. What breaks a reader is left in build/fuzz/findings; it belongs into tests/weights/fixtures or tests/golden with
a test. What a target learnt stays in build/fuzz/corpus for the next time.
END
        exit ;;
esac
limit=-max_total_time=${1:-60}
[[ ${1:-} != --runs ]] || limit=-runs=${2:-}
readonly limit
[[ $limit =~ =[0-9]+$ ]] || { echo "fuzz: expected SECONDS or --runs COUNT, got \"$*\"" >&2; exit 2; }
if ! command -v clang++ >/dev/null; then
    echo "fuzz: needs clang++ and its runtime libraries: apt-get install clang libclang-rt-dev" >&2
    exit 2
fi

# shellcheck source=/dev/null
[[ ! -f build/setup.env ]] || source build/setup.env
torch=${GRAFT_TORCH_CMAKE:-${Torch_DIR:-}}
cmake --preset fuzz ${torch:+-DTorch_DIR="$torch"} >/dev/null
cmake --build --preset fuzz --parallel "${GRAFT_JOBS:-2}" --target fuzz_pickle fuzz_legacy fuzz_safetensors \
    fuzz_image fuzz_list

# The stored files are where each target starts; of zip files, the pickle inside.
readonly corpus=build/fuzz/corpus findings=build/fuzz/findings
mkdir -p "$corpus"/{pickle,legacy,safetensors,list} "$findings"
cp tests/weights/fixtures/*legacy*.pth tests/weights/wild/*legacy*.pth "$corpus/legacy"
cp tests/weights/fixtures/*.safetensors "$corpus/safetensors"
python3 - "$corpus/pickle" tests/weights/fixtures/zip_*.pth tests/weights/wild/*.pth <<'END'
import pathlib, sys, zipfile
for file in filter(zipfile.is_zipfile, sys.argv[2:]):
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.endswith("data.pkl"):
                (pathlib.Path(sys.argv[1]) / (pathlib.Path(file).stem + ".pkl")).write_bytes(archive.read(name))
END

python3 - "$corpus" tests/golden/images.json <<'END'
import json, pathlib, re, sys
FORMATS = {"bmp": rb"BM", "gif": rb"GIF8", "heif": rb"....ftyp", "jpeg": rb"\xff\xd8", "jxl": rb"\xff\x0a|....JXL ",
           "netpbm": rb"P[1-6]", "png": rb"\x89PNG", "tiff": rb"II|MM", "webp": rb"RIFF"}
for image in json.loads(pathlib.Path(sys.argv[2]).read_text()):
    content = bytes.fromhex(image["file"])
    kind = next(name for name, start in FORMATS.items() if re.match(start, content, re.DOTALL))
    folder = pathlib.Path(sys.argv[1]) / ("image_" + kind)
    folder.mkdir(exist_ok=True)
    (folder / re.sub(r"\W", "_", image["name"])).write_bytes(content)
END

# Lists: the first byte chooses how the rest is read (tests/fuzz/list_fuzzer.cpp).
printf '0image_path,label\na.jpg,cat\n"b ""1"".jpg",dog\n' >"$corpus/list/classes"
printf '1sep=;\nfilename;class\r\na.jpg;x|y\r\n\r\nb.jpg;\r\n' >"$corpus/list/sets"
printf '2\xEF\xBB\xBFimage_path,label,class\na.jpg,1,\n"b\n.jpg",true,0\n' >"$corpus/list/columns"
printf '3image_path,label,split\na.jpg,1.5,train\nsub\\b.jpg,,val\n' >"$corpus/list/numbers"
printf '4{"file_name":"a.jpg","label":3,"group":"g"}\n{"file_name":"b.jpg","label":"x"}\n' >"$corpus/list/json"
printf '5{"image_path":"a.jpg","label":["x","y"]}\n{"image_path":"b.jpg","label":[]}\n' >"$corpus/list/json_sets"

failed=0
printf '%-14s %10s %10s %10s\n' reader inputs learnt findings
for folder in "$corpus"/*; do
    name=${folder##*/} log=build/fuzz/${folder##*/}.log found=0
    "build/fuzz/tests/fuzz/fuzz_${name%%_*}" "$limit" -timeout=10 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="$findings/$name-" "$folder" >"$log" 2>&1 || found=1
    printf '%-14s %10s %10s %10s\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
        "$(sed -n 's/^stat::new_units_added: *//p' "$log")" "$found"
    ((found == 0)) || { failed=1; grep -a -m 3 -E 'ERROR|SUMMARY' "$log" || tail -n 5 "$log"; }
done
exit "$failed"
