# Stages of a training, for scripts that are sourced into: `stage` trains one run, `mean` averages runs. Both can be
# stopped and begun again: a finished run is kept, the one that was under way goes on.
# With a graphics card, set COMPILE to nothing: its steps are quick enough, and compiling takes minutes.
# They read python, runs (a folder) and data (an array: options that every run has).

stage() { # NAME OPTIONS: one run, to its last epoch
    local run="$runs/$1"
    shift
    if [ -e "$run/done" ]; then return; fi
    if [ -e "$run/last.ckpt" ]; then
        "$python" -m classifier train --resume --run-dir "$run"
    else
        "$python" -m classifier train ${COMPILE---compile} "${data[@]}" --run-dir "$run" --output "$run/best.safetensors" "$@"
    fi
    touch "$run/done"
}

mean() { # NAME SHARES RUN…: of finished runs, the last stage last
    local name=$1 shares weights=() run
    read -ra shares <<<"$2"
    shift 2
    for run in "$@"; do weights+=("$runs/$run/best.safetensors"); done
    "$python" -m scripts.average_checkpoints "${weights[@]}" --shares "${shares[@]}" \
        --output "$runs/$name.safetensors"
}
