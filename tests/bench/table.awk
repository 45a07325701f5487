# SPDX-License-Identifier: GPL-2.0
# bench.tsv for the terminal: a table for each part, a line for each way to the
# disk, a field for each load.
BEGIN {
	FS = "\t"
	title["fake"] = "Instructions for each I/O, scsi_debug without data (ratio to plain)"
	title["copy"] = "The same, data copied"
	title["nvme"] = "NVMe over the loop transport (ratio to its plain path)"
	title["failover"] = "A path is lost with 32 commands in flight"
	title["scale"] = "Many logical units"
	title["adding"] = "Adding up"
	title["headline"] = "The set-up of 2002"
	title["situations"] = "Which policy is good for what (ratio to rr)"
	title["gray"] = "A path that works, but badly: used as ever, and not"
	title["memory"] = "Memory of 64 units on 4 hosts (ratio to plain)"
	title["lines"] = "Cache lines that move between CPUs for an I/O, read in turn"
	title["throughput"] = "Reads of 4k a second, by all CPUs together (ratio to plain)"
	title["many"] = "A large system"
	order = "fake copy nvme lines failover scale throughput many memory adding headline situations gray"
}
NR > 1 {
	part = $1
	row = $2 ($5 == "instructions" || $5 == "lines" || part == "scale" ? "" : ", " $5)
	if (part == "scale" || part == "memory" || part == "gray")
		row = $2 ", " $5
	if (!((part, row) in seen_row)) {
		seen_row[part, row] = 1
		rows[part, ++nr_rows[part]] = row
	}
	if (!((part, $3) in seen_column)) {
		seen_column[part, $3] = 1
		columns[part, ++nr_columns[part]] = $3
	}
	cell[part, row, $3] = $4 ($6 == "" ? "" : " (" $6 ")")
}
END {
	nr_parts = split(order, parts, " ")
	for (p = 1; p <= nr_parts; p++) {
		part = parts[p]
		if (!nr_rows[part])
			continue
		printf "\n%s\n", title[part]
		printf "%-40s", ""
		for (c = 1; c <= nr_columns[part]; c++)
			printf " %20s", columns[part, c]
		printf "\n"
		for (r = 1; r <= nr_rows[part]; r++) {
			row = rows[part, r]
			printf "%-40s", row
			for (c = 1; c <= nr_columns[part]; c++)
				printf " %20s", cell[part, row, columns[part, c]]
			printf "\n"
		}
	}
	printf "\n"
}
