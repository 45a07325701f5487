#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# wake.sh CONSOLE MONITOR SECONDS: each time a guest says on its console that it sleeps,
# press a key, by way of the pipe that QEMU's monitor reads. For so long at most.
#
# The guest needs "pm_debug_messages loglevel=8", a keyboard that may wake it, and a
# kernel with CONFIG_PM_DEBUG. A key that comes after that message is not lost.
set -u

console=$1 monitor=$2 end=$(($(date +%s) + $3))
pressed=0
while [ "$(date +%s)" -lt $end ]; do
	slept=$(grep -cs 'PM: suspend-to-idle' "$console")
	if [ "${slept:-0}" -gt $pressed ]; then
		echo "sendkey a" >"$monitor"
		pressed=$((pressed + 1))
	else
		sleep 0.2
	fi
done
