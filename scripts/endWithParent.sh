#!/bin/sh
# Runs workerd so that it ends with the process that started it, even if that is killed with -9.
# Descriptor 3 is a socket to that process: reading it ends when its other end is gone. After
# `exec` this shell's process id is workerd's.
# shellcheck disable=SC3045
(
  while read -r _ <&3; do :; done
  kill -9 $$
) </dev/null >/dev/null 2>&1 &
exec "$ACQUAINT_WORKERD" "$@"
