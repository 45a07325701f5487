# SPDX-License-Identifier: GPL-2.0
# From "ADDRESS 0 SYMBOL" and "ADDRESS 1 COUNT", sorted, to "INSTRUCTIONS CALLS
# FUNCTION" for each I/O. The driver's queuecommand counts the I/Os.
$2 == 0 { start = $1; name = $3; next }
substr($1, 1, 4) != "ffff" { user += $3; next }
{ count[name] += $3 }
$1 == start { calls[name] += $3 }
END {
	ios = calls["scsi_debug_queuecommand"]
	if (!ios)
		exit 1
	printf "%.1f %.2f user-space\n", user / ios, 0
	for (name in count)
		if (count[name] / ios >= 0.5)
			printf "%.1f %.2f %s\n", count[name] / ios, calls[name] / ios, name
}
