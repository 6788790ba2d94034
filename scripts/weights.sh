#!/usr/bin/env bash
# From ImageNet weights to the checkpoint that ships, in five commands: draw pictures without a subject, train long, train
# a little more with them, calibrate, measure. docs/experiments.md says what each gave (`long4`, `close1`). ELSEWHERE is the folder with the photos from other people and their two tables (data/README.md says how to
# make it), WILD, if it is set, a table of photos to measure on besides. RUNS (default: runs) is where the runs are;
# weights/best.safetensors in it is the checkpoint. The script can be stopped and begun again: a finished run is kept, one
# that was under way continues.
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
data=(--data flowers102 --split udacity --also "$elsewhere/learn.csv" --also-weight 2 --strangers "$elsewhere/learn.csv"
    --augmentation wild --mix 0.2 --label-smoothing 0.05 --ema-decay 0.99)
. scripts/stages.sh

"$python" -m scripts.draw_strangers "$runs/drawn"
stage long --backbone efficientnet_lite2 --epochs 32 --head-epochs 1 --sizes 160 192 224 256 --batch-size 128 \
    --learning-rate 2.5e-3 --strangers-share 0.2 --seed 4
stage weights --start-from "$runs/long/best.safetensors" --strangers "$runs/drawn" --strangers-share 0.22 --epochs 3 \
    --head-epochs 0 --sizes 224 256 --eval-size 288 --batch-size 64 --learning-rate 5e-4 --seed 5
# Makes the index of similar photos and the model file for quick engines, too.
"$python" -m classifier calibrate --checkpoint "$runs/weights/best.safetensors" --elsewhere "$elsewhere/aside.csv"
"$python" -m classifier evaluate --checkpoint "$runs/weights/best.safetensors" --split udacity-test --report \
    ${WILD:+--wild "$WILD"}
