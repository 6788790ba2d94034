#!/usr/bin/env bash
# Train as papers on the Oxford flowers do, on the official train and valid photos together (2,040), and report on the
# 6,149 of test: the way to the shipped weights, shortened. 102 min of training on two processor cores; RUNS (default:
# runs) is where the runs lie. It can be stopped and begun again: finished runs are kept, the one that was under way goes on.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
runs=${RUNS:-runs}

data=(--data flowers102 --split official --train-on-valid)
. scripts/stages.sh

later=(--head-epochs 0 --sizes 256 --eval-size 288 --ema-decay 0.99)
wild=("${later[@]}" --augmentation wild --mix 0.2 --learning-rate 1e-3)
plain=("${later[@]}" --augmentation medium --learning-rate 6e-4)

stage official1 --backbone efficientnet_lite2 --epochs 20 --head-epochs 2 --sizes 160 192 224 --eval-size 256 \
    --augmentation medium --mix 0.2 --ema-decay 0.99
stage official2 --start-from "$runs/official1/best.safetensors" --epochs 8 "${wild[@]}"
stage official3 --start-from "$runs/official2/best.safetensors" --epochs 6 "${plain[@]}"
mean official-mean "0.3 0.35 0.35" official1 official2 official3
stage official4 --start-from "$runs/official-mean.safetensors" --epochs 5 "${wild[@]}"
# Two more plain endings, one by another chance, one from another start: a mean over more runs bears more.
stage official5 --start-from "$runs/official2/best.safetensors" --epochs 6 "${plain[@]}" --seed 3
stage official6 --start-from "$runs/official4/best.safetensors" --epochs 6 "${plain[@]}" --seed 4
mean official "0.2 0.1 0.1 0.2 0.2 0.2" official1 official2 official4 official3 official5 official6
"$python" -m classifier export --checkpoint "$runs/official.safetensors"
"$python" -m classifier evaluate --checkpoint "$runs/official.safetensors" --split official-test
