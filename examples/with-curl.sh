#!/bin/sh
# Runs the Product Marketing Kit over HTTP alone: curl, and Python's json to read the answers.
#   examples/with-curl.sh [ADDRESS] [FOLDER]
set -eu
API=${1:-http://127.0.0.1:8000}
OUT=${2:-out-curl}
HERE=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$OUT"

pick() { python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }
upload() { curl -sSf -F "file=@$HERE/$1" "$API/api/assets" | pick "['id']"; }

# A graph refers to uploaded files by the ids that the uploads gave them.
PHOTO=$(upload media/coffee.jpg)
FILM=$(upload media/product.mp4)
sed -e "s|\"kind\": \"file\", \"path\": \"media/coffee.jpg\"|\"kind\": \"asset\", \"assetId\": \"$PHOTO\"|" \
    -e "s|\"kind\": \"file\", \"path\": \"media/product.mp4\"|\"kind\": \"asset\", \"assetId\": \"$FILM\"|" \
    "$HERE/product-marketing-kit.json" > "$OUT/graph.json"

WORKFLOW=$(curl -sSf "$API/api/workflows" -H 'content-type: application/json' -d @"$OUT/graph.json" | pick "['id']")
echo "workflow $WORKFLOW"
RUN=$(curl -sSf -X POST "$API/api/workflows/$WORKFLOW/runs" -H 'content-type: application/json' -d '{}' | pick "['id']")
echo "run $RUN"

# The stream ends with the run.
curl -sSfN "$API/api/runs/$RUN/events" > "$OUT/events.txt"

curl -sSf "$API/api/runs/$RUN" > "$OUT/run.json"
python3 - "$OUT/run.json" <<'PYTHON' | while read -r address name; do curl -sSf "$API$address" -o "$OUT/$name"; done
import json, sys
for node in json.load(open(sys.argv[1]))["nodeExecutions"]:
    output = node["output"] or {}
    if "url" in output:
        print(output["url"], f"{node['nodeId']}.{output['mediaType'].split('/')[1]}")
PYTHON
pick "['status']" < "$OUT/run.json"
