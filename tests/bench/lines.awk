# SPDX-License-Identifier: GPL-2.0
# What QEMU's plug-in has counted, by the rounds and symbols that the guest has named:
# "= lines ROW COLUMN LINES" for each I/O, and with -v functions=FILE there "ROW COLUMN
# LINES FUNCTION". Files: System.map, the guest's TAP, what the plug-in has written.
function symbol_of(pc,    low, high, middle) {
	low = 1
	high = nr_symbols
	while (low < high) {
		middle = int((low + high + 1) / 2)
		if (address[middle] <= pc)
			low = middle
		else
			high = middle - 1
	}
	return name[address[low]]
}
FNR == 1 { file++ }
{ sub(/\r$/, "") }
file == 1 && $2 ~ /^[tTwW]$/ { name[$1] = $3 }
file == 2 && /^@@ / { name[$2] = $4 }
file == 2 && /^@ / {
	split(substr($0, 3), part, "\t")
	row[++nr_rounds] = part[1]
	column[nr_rounds] = part[2]
	ios[nr_rounds] = part[3]
}
file == 3 && !nr_symbols {
	for (a in name)
		print a | "sort >" sorted
	close("sort >" sorted)
	while ((getline a < sorted) > 0)
		address[++nr_symbols] = a
}
file == 3 {
	sum[$1] += $3
	moves[$1, symbol_of($2)] += $3
}
END {
	for (r = 1; r <= nr_rounds; r++)
		printf "= lines\t%s\t%s\t%.2f\tlines\n", row[r], column[r], sum[r] / ios[r]
	for (key in moves) {
		split(key, part, SUBSEP)
		printf "%s\t%s\t%.2f\t%s\n", row[part[1]], column[part[1]],
			moves[key] / ios[part[1]], part[2] | "sort -t '\t' -k 1,2 -k 3,3nr >" functions
	}
}
