#!/usr/bin/env bash
# Train by torchrun on two hosts, which are two network namespaces of this machine, on drawn photos; shows what each host says:
#     sudo scripts/two_hosts.sh
# Needs iproute2 and the right to make namespaces. docs/scaling.md says how to train on real hosts.
set -euo pipefail
cd "$(dirname "$0")/.."

python=$PWD/${VENV:-.venv}/bin/python
first=10.86.0.1 second=10.86.0.2 port=29500
work=$(mktemp -d)
export PYTHONPATH=$PWD OMP_NUM_THREADS=1

clean_up() {
    for host in a b; do ip netns del "florascope-$host" 2>/dev/null || true; done
    rm -rf "$work"
}
trap clean_up EXIT

for host in a b; do ip netns add "florascope-$host"; done
ip link add flora-a type veth peer name flora-b
for host in a b; do
    ip link set "flora-$host" netns "florascope-$host"
    [ "$host" = a ] && address=$first || address=$second
    ip -n "florascope-$host" addr add "$address/24" dev "flora-$host"
    ip -n "florascope-$host" link set lo up
    ip -n "florascope-$host" link set "flora-$host" up
done
"$python" -c "
import sys
from pathlib import Path
from tests.making.runs import plant_photos
for host in ('a', 'b'):
    plant_photos(Path(sys.argv[1]) / host / 'photos', each=20)" "$work"

train() { # HOST RANK
    cd "$work/$1"
    GLOO_SOCKET_IFNAME=flora-$1 exec ip netns exec "florascope-$1" "$python" -m torch.distributed.run --nnodes 2 \
        --node-rank "$2" --nproc-per-node 1 --master-addr "$first" --master-port "$port" \
        -m classifier train --data photos --output run/best.safetensors --backbone test_efficientnet --no-pretrained \
        --sizes 32 --epochs 3 --device cpu >log 2>&1
}
train a 0 &
a=$!
train b 1 &
b=$!
failed=0
wait "$a" || failed=1
wait "$b" || failed=1
for host in a b; do
    echo "== host $host"
    cat "$work/$host/log"
    echo "-- bytes to the other host: $(ip netns exec "florascope-$host" cat "/sys/class/net/flora-$host/statistics/tx_bytes")"
    (cd "$work/$host" && find . -path ./photos -prune -o -type f -printf '%P  %s bytes\n')
done
exit "$failed"
