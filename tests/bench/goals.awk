# SPDX-License-Identifier: GPL-2.0
# Do the figures of bench.tsv reach what they must? One line each; status 1 if
# one does not.
BEGIN {
	FS = "\t"
}
NR > 1 { value[$1, $2, $3, $5] = $4 }

function at_most(what, figure, limit) {
	if (figure == "")
		return
	good = figure <= limit
	bad += !good
	printf "%s  %s: %s, must be at most %s\n", good ? "ok    " : "NOT OK", what, figure, limit
}

function at_least(what, figure, limit) {
	if (figure == "")
		return
	good = figure >= limit
	bad += !good
	printf "%s  %s: %s, must be at least %s\n", good ? "ok    " : "NOT OK", what, figure, limit
}

function ratio(part, row, column, against, unit) {
	a = value[part, row, column, unit]
	b = value[part, row, against, unit]
	return a > 0 && b > 0 ? sprintf("%.3f", a / b) : ""
}

function lines_at_most(row, column, other, more,    ours, limit) {
	ours = value["lines", row, column, "lines"]
	limit = value["lines", row, other, "lines"]
	if (ours != "" && limit != "")
		at_most("lines moved, " row ", " column " against " other, ours + 0, limit + more)
}

END {
	i = "instructions"
	nr = split("randread 4k qd1,randread 4k qd32,randwrite 4k qd32", rows, ",")
	for (r = 1; r <= nr; r++) {
		at_most(rows[r] ", LPU, 2 paths",
			ratio("fake", rows[r], "LPU, 2 paths", "plain", i), 1.20)
		at_most(rows[r] ", RR, 2 paths",
			ratio("fake", rows[r], "RR, 2 paths", "plain", i), 1.20)
		at_most(rows[r] ", 64 paths against 2",
			ratio("fake", rows[r], "RR, 64 paths", "RR, 2 paths", i), 1.03)
		at_most(rows[r] ", not claimed against unpatched",
			ratio("fake", rows[r], "plain", "unpatched", i), 1.002)
	}
	# A clock tick now and then moves some, whatever is measured.
	ticks = 0.4
	nr = split("2 CPUs,4 CPUs", rows, ",")
	for (r = 1; r <= nr; r++) {
		plain = "plain, " substr(rows[r], 1, 1) " queues"
		own = rows[r] " on disks of their own"
		one = rows[r] " on one disk"
		nr_policies = split("lpu,rr,qd,st", policies, ",")
		for (p = 1; p <= nr_policies; p++)
			lines_at_most(own, "LU, " policies[p], plain, ticks)
		# What qd and st compare is written by all CPUs.
		for (p = 1; p <= 2; p++)
			lines_at_most(one, "LU, " policies[p], plain, ticks)
		nr_others = split("dm rq round-robin,dm bio round-robin,NVMe round-robin", others, ",")
		for (o = 1; o <= nr_others; o++) {
			lines_at_most(own, "LU, rr", others[o], 0)
			lines_at_most(one, "LU, rr", others[o], 0)
		}
	}
	ours = "LU, RR, 2 paths"
	dm = "dm rq round-robin"
	nr = split("deleted,offline,host removed,DID_NO_CONNECT", rows, ",")
	for (r = 1; r <= nr; r++) {
		if (value["failover", rows[r], ours, "errno"] != "")
			at_most("error above, path " rows[r],
				value["failover", rows[r], ours, "errno"], 0)
		if (value["failover", rows[r], dm, "ms longest"] != "")
			at_most("longest completion in ms, path " rows[r] " against dm-multipath",
				value["failover", rows[r], ours, "ms longest"],
				value["failover", rows[r], dm, "ms longest"])
	}
	path = device = ""
	nr = split("pages outside slabs,slabs", rows, ",")
	for (r = 1; r <= nr; r++) {
		row = "a path, or a device without upper level, " rows[r]
		if (value["memory", row, "LUs", "bytes"] != "")
			path += value["memory", row, "LUs", "bytes"]
		if (value["memory", row, "plain", "bytes"] != "")
			device += value["memory", row, "plain", "bytes"]
	}
	if (path != "" && device != "")
		at_most("memory of a path beyond its device", path - device, 1024)
	row = "16 commands of 4 ms on each host"
	at_least("2 paths add up to", ratio("adding", row, "RR, 2 paths", "RR, 1 paths", "IOPS"), 1.95)
	at_least("4 paths add up to", ratio("adding", row, "RR, 4 paths", "RR, 1 paths", "IOPS"), 3.85)
	at_least("8 paths add up to", ratio("adding", row, "RR, 8 paths", "RR, 1 paths", "IOPS"), 7.6)
	at_least("39 LUs on 8 adapters against plain disks",
		ratio("headline", "39 disks, 8 CPUs, 2 nodes", "LUs, RR, 8 adapters",
			"plain, 8 adapters", "IOPS"), 0.99)
	row = "one path takes 10 ms, the other 0.5 ms"
	at_least("st against rr, one path slow", ratio("situations", row, "st", "rr", "IOPS"), 1.5)
	at_least("qd against rr, one path slow", ratio("situations", row, "qd", "rr", "IOPS"), 1.5)
	row = "a link of 6000 a second, another of 2000"
	at_least("wrr against rr, unequal links", ratio("situations", row, "wrr", "rr", "IOPS"), 1.5)
	at_least("qd against rr, unequal links", ratio("situations", row, "qd", "rr", "IOPS"), 1.3)
	exit bad > 0
}
