# SPDX-License-Identifier: Apache-2.0
# What the benchmarks share: a broker of their own on a free loopback port. Sourced, not run; it
# sets `folder`, `nhip`, `port` and `pids`, and cleans up when the shell ends.
nhip=$(realpath "${NHIP:-.build/release/nhip}")
folder=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT

machine() {
  echo "cores $(nproc), $(grep -m 1 'model name' /proc/cpuinfo | cut -d : -f 2 | xargs)," \
    "Linux $(uname -r), $(/usr/sbin/mosquitto -h | head -1)"
}

# start_broker [LINE…]: more lines for its configuration. Its log is $folder/broker.log.
start_broker() {
  port=$(python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
  printf '%s\n' "user $(id -un)" "listener $port 127.0.0.1" "allow_anonymous true" \
    "max_queued_messages 0" "max_inflight_messages 0" "set_tcp_nodelay true" "$@" \
    >"$folder/broker.conf"
  /usr/sbin/mosquitto -c "$folder/broker.conf" 2>"$folder/broker.log" &
  pids+=($!)
  for ((try = 0; try < 100; try++)); do
    mosquitto_pub -h 127.0.0.1 -p "$port" -t started -n 2>>"$folder/try.log" && return
    sleep 0.1
  done
  echo "no broker at port $port" >&2
  return 1
}

# write_pipeline REGISTRY DEVICES STORE ALERTS: $folder/pipeline.yaml
write_pipeline() {
  printf '%s\n' "source: { broker: \"mqtt://127.0.0.1:$port\" }" "devices: $2" "registry: $1" \
    "store: $3" "alerts: { mqtt: $4 }" >"$folder/pipeline.yaml"
}

# start_nhip: sets `ours`; returns when the broker has confirmed the subscriptions.
start_nhip() {
  : >"$folder/nhip.log"
  "$nhip" run "$folder/pipeline.yaml" 2>"$folder/nhip.log" &
  ours=$!
  pids+=("$ours")
  until grep -q 'session live: subscribed' "$folder/nhip.log" &&
    grep -q 'session backlog: subscribed' "$folder/nhip.log"; do
    kill -0 "$ours" || { cat "$folder/nhip.log" >&2; return 1; }
    sleep 0.1
  done
}

# readings STORE: how many stand in it.
readings() {
  python3 -c 'import sqlite3, sys
store = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
print(store.execute("SELECT coalesce(sum(reading_count), 0) FROM block").fetchone()[0])' "$1"
}

# settled COMMAND…: waits until it prints the same line twice, a second apart.
settled() {
  local before=x now
  while now=$("$@") && [[ $now != "$before" ]]; do before=$now; sleep 1; done
}
