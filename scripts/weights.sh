#!/usr/bin/env bash
# From ImageNet weights to a checkpoint like the one that ships, in five commands. ELSEWHERE is the folder with the photos from
# other people and their two tables (data/README.md says how to make it), WILD, if it is set, a table of photos to
# measure on besides. RUNS (default: runs) is where the runs are, and flowers102.safetensors at the end. It can be
# stopped and begun again: finished runs are kept, the one that was under way goes on.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
runs=${RUNS:-runs}
elsewhere=${ELSEWHERE:-}
for table in learn aside; do
    if [ ! -e "$elsewhere/$table.csv" ]; then
        echo "error: set ELSEWHERE to the folder with $table.csv and the photos from elsewhere;" \
            "“Photos from elsewhere” in data/README.md says how to make it." >&2
        exit 1
    fi
done
data=(--data flowers102 --split udacity --also "$elsewhere/learn.csv" --strangers "$elsewhere/learn.csv" --strangers-share 0.2)
. scripts/stages.sh

stage weights1 --backbone efficientnet_lite2 --epochs 11 --head-epochs 1 --sizes 128 160 192 --also-weight 2 \
    --augmentation wild --ema-decay 0.995
stage weights2 --start-from "$runs/weights1/best.safetensors" --epochs 3 --head-epochs 0 --sizes 256 --eval-size 288 \
    --augmentation medium --mix-strangers 0.5 --learning-rate 6e-4 --label-smoothing 0.05 --ema-decay 0.99 --seed 2
mean flowers102 "0.3 0.7" weights1 weights2
# Writes the model file too, for the quick engines.
"$python" -m classifier calibrate --checkpoint "$runs/flowers102.safetensors" --elsewhere "$elsewhere/aside.csv"
"$python" -m classifier evaluate --checkpoint "$runs/flowers102.safetensors" --split udacity-test --report \
    ${WILD:+--wild "$WILD"}
