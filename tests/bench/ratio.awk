# SPDX-License-Identifier: GPL-2.0
# Adds to each result its ratio to the column that its row is measured against: where a
# kernel has a plain column of its own, "NAME plain", those of "NAME, ..." to that.
BEGIN {
	FS = OFS = "\t"
	base["fake"] = base["copy"] = base["throughput"] = "plain"
	base["nvme"] = "NVMe plain"
	base["adding"] = "RR, 1 paths"
	base["headline"] = "plain, 8 adapters"
	base["situations"] = "rr"
}
{ line[NR] = $0; value[$1, $2, $3, $5] = $4 }

function is_of(column,    name) {
	name = column
	sub(/(, | plain$).*/, "", name)
	return name " plain"
}
END {
	print "part", "row", "column", "value", "unit", "ratio"
	for (i = 1; i <= NR; i++) {
		$0 = line[i]
		b = $1 == "scale" || $1 == "memory" ? "plain" : base[$1]
		if (($1, $2, is_of($3), $5) in value)
			b = is_of($3)
		against = b == "" ? "" : value[$1, $2, b, $5]
		ratio = ""
		if (against > 0 && $4 ~ /^[0-9.]+$/)
			ratio = sprintf("%.3f", $4 / against)
		print $1, $2, $3, $4, $5, ratio
	}
}
