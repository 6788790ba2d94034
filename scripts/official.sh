#!/usr/bin/env bash
# Train as papers on the Oxford flowers do, on the official train and valid photos together (2,040), and report on the
# 6,149 of test: the way to the shipped weights, shortened. 72 min on two processor cores; RUNS (default: runs) is where
# the runs lie. It can be stopped and begun again: finished runs are kept, the one that was under way goes on.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
runs=${RUNS:-runs}

train() { # NAME ARGUMENTS: one run, to its last epoch
    local run="$runs/$1"
    shift
    if [ -e "$run/done" ]; then return; fi
    if [ -e "$run/last.ckpt" ]; then
        "$python" -m classifier train --resume --run-dir "$run"
    else
        "$python" -m classifier train --data flowers102 --split official --train-on-valid --compile \
            --run-dir "$run" --output "$run/best.safetensors" "$@"
    fi
    touch "$run/done"
}

train official1 --backbone efficientnet_lite2 --epochs 20 --head-epochs 2 --sizes 160 192 224 --eval-size 256 \
    --augmentation medium --mix 0.2 --ema-decay 0.99
train official2 --start-from "$runs/official1/best.safetensors" --epochs 8 --head-epochs 0 --sizes 256 --eval-size 288 \
    --augmentation wild --mix 0.2 --learning-rate 1e-3 --ema-decay 0.99
train official3 --start-from "$runs/official2/best.safetensors" --epochs 6 --head-epochs 0 --sizes 256 --eval-size 288 \
    --augmentation medium --learning-rate 6e-4 --ema-decay 0.99
"$python" -m scripts.average_checkpoints "$runs"/official{1,2,3}/best.safetensors --shares 0.3 0.35 0.35 \
    --output "$runs/official.safetensors"
"$python" -m classifier evaluate --checkpoint "$runs/official.safetensors" --split official-test
