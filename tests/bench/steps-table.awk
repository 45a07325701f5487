# SPDX-License-Identifier: GPL-2.0
# "KIND STEP INSTRUCTIONS" as a table, a column for each kind.
BEGIN { FS = "\t"; nr = split(kinds, column, " ") }
{ cell[$2, $1] = $3; steps[$2] = 1; total[$1] += $3 }
END {
	printf "%-34s", "instructions for a random 4 KiB read"
	for (c = 1; c <= nr; c++)
		printf " %9s", column[c]
	printf "\n"
	for (i = 0; i <= 9; i++) {
		for (s in steps) {
			if (substr(s, 1, 1) != i)
				continue
			printf "%-36s", substr(s, 3)
			for (c = 1; c <= nr; c++)
				printf " %9d", cell[s, column[c]]
			printf "\n"
		}
	}
	printf "%-36s", "together"
	for (c = 1; c <= nr; c++)
		printf " %9d", total[column[c]]
	printf "\n"
}
