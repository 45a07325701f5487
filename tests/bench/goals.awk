# SPDX-License-Identifier: GPL-2.0
# Do the figures of bench.tsv reach what they must? One line each; status 1 if one does
# not. -v ran="GUEST...": those that have results. What they are to have measured, and
# have not, is no better than what is too large.
BEGIN {
	FS = "\t"
	nr = split(ran, guests, " ")
	for (g = 1; g <= nr; g++)
		has_run[guests[g]] = 1
}
NR > 1 { value[$1, $2, $3, $5] = $4 }

# Have all guests run that the goals to come are about? needs("GUEST GUEST")
function needs(names,    i, n, name) {
	n = split(names, name, " ")
	measured = 1
	for (i = 1; i <= n; i++)
		measured = measured && name[i] in has_run
	return measured
}

function is_measured(what, figure, limit) {
	if (figure != "" && limit != "")
		return 1
	bad++
	printf "NOT OK  %s: no figure\n", what
	return 0
}

function at_most(what, figure, limit,    good) {
	if (!measured || !is_measured(what, figure, limit))
		return
	good = figure + 0 <= limit + 0
	bad += !good
	printf "%s  %s: %s, must be at most %s\n", good ? "ok    " : "NOT OK", what, figure, limit
}

function at_least(what, figure, limit,    good) {
	if (!measured || !is_measured(what, figure, limit))
		return
	good = figure + 0 >= limit + 0
	bad += !good
	printf "%s  %s: %s, must be at least %s\n", good ? "ok    " : "NOT OK", what, figure, limit
}

function ratio(part, row, column, against, unit) {
	a = value[part, row, column, unit]
	b = value[part, row, against, unit]
	return a > 0 && b > 0 ? sprintf("%.3f", a / b) : ""
}

# sum(A, B): nothing, if one of them is missing
function sum(a, b) {
	return a == "" || b == "" ? "" : a + b
}

# more(A, B): by how much A is more than B
function more(a, b) {
	return a == "" || b == "" ? "" : sprintf("%.2f", a - b)
}

function lines_at_most(row, column, other, tolerance,    limit) {
	limit = value["lines", row, other, "lines"]
	at_most("lines moved, " row ", " column " against " other,
		value["lines", row, column, "lines"], limit == "" ? "" : limit + tolerance)
}

END {
	i = "instructions"
	needs("cost-auto cost-off")
	nr = split("randread 4k qd1,randread 4k qd32,randwrite 4k qd32", rows, ",")
	for (r = 1; r <= nr; r++) {
		at_most(rows[r] ", LPU, 2 paths",
			ratio("fake", rows[r], "LPU, 2 paths", "plain", i), 1.20)
		at_most(rows[r] ", RR, 2 paths",
			ratio("fake", rows[r], "RR, 2 paths", "plain", i), 1.20)
		at_most(rows[r] ", 64 paths against 2",
			ratio("fake", rows[r], "RR, 64 paths", "RR, 2 paths", i), 1.03)
	}
	needs("cost-off cost-unpatched")
	for (r = 1; r <= nr; r++)
		at_most(rows[r] ", not claimed against unpatched",
			ratio("fake", rows[r], "plain", "unpatched", i), 1.002)
	# A clock tick now and then moves some, whatever is measured.
	ticks = 0.1
	nr = split("2 CPUs,4 CPUs", rows, ",")
	for (r = 1; r <= nr; r++) {
		cpus = substr(rows[r], 1, 1)
		needs("lines-" cpus "-auto lines-" cpus "-off")
		plain = "plain, " cpus " queues"
		own = rows[r] " on disks of their own"
		one = rows[r] " on one disk"
		nr_policies = split("lpu,rr,qd,st", policies, ",")
		for (p = 1; p <= nr_policies; p++)
			lines_at_most(own, "LU, " policies[p], plain, ticks)
		# What st compares is written by all CPUs.
		for (p = 1; p <= 3; p++)
			lines_at_most(one, "LU, " policies[p], plain, ticks)
		nr_others = split("dm rq round-robin,dm bio round-robin,NVMe round-robin", others, ",")
		for (o = 1; o <= nr_others; o++)
			lines_at_most(own, "LU, rr", others[o], ticks)
		for (o = 1; o < nr_others; o++)
			lines_at_most(one, "LU, rr", others[o], 0)
		# NVMe has no map of the commands of a device, in which CPUs meet. So here it
		# is what is added to a plain disk.
		at_most("lines added, " one ", LU, rr against NVMe round-robin",
			more(value["lines", one, "LU, rr", "lines"],
			     value["lines", one, plain, "lines"]),
			more(value["lines", one, "NVMe round-robin", "lines"],
			     value["lines", one, "NVMe plain", "lines"]))
	}
	needs("loss-auto loss-off")
	ours = "LU, RR, 2 paths"
	dm = "dm rq round-robin"
	nr = split("deleted,offline,host removed,DID_NO_CONNECT", rows, ",")
	for (r = 1; r <= nr; r++) {
		at_most("error above, path " rows[r],
			value["failover", rows[r], ours, "errno"], 0)
		at_most("longest completion in ms, path " rows[r] " against dm-multipath",
			value["failover", rows[r], ours, "ms longest"],
			value["failover", rows[r], dm, "ms longest"])
	}
	needs("memory-auto memory-off")
	pages = ", pages outside slabs"
	row = "a path, or a device without upper level"
	path = sum(value["memory", row pages, "LUs", "bytes"],
		   value["memory", row ", slabs", "LUs", "bytes"])
	device = sum(value["memory", row pages, "plain", "bytes"],
		     value["memory", row ", slabs", "plain", "bytes"])
	at_most("memory of a path beyond its device",
		path == "" || device == "" ? "" : path - device, 1024)
	row = "a map, or an LU without its paths"
	at_most("KiB of an LU without its paths, against a map of request-based dm-multipath",
		sum(value["memory", row pages, "LUs", "KiB"],
		    value["memory", row ", slabs", "LUs", "KiB"]),
		sum(value["memory", row pages, "dm rq", "KiB"],
		    value["memory", row ", slabs", "dm rq", "KiB"]))
	needs("adding")
	row = "16 commands of 4 ms on each host"
	at_least("2 paths add up to", ratio("adding", row, "RR, 2 paths", "RR, 1 paths", "IOPS"), 1.95)
	at_least("4 paths add up to", ratio("adding", row, "RR, 4 paths", "RR, 1 paths", "IOPS"), 3.85)
	at_least("8 paths add up to", ratio("adding", row, "RR, 8 paths", "RR, 1 paths", "IOPS"), 7.6)
	needs("headline")
	at_least("39 LUs on 8 adapters against plain disks",
		ratio("headline", "39 disks, 8 CPUs, 2 nodes", "LUs, RR, 8 adapters",
			"plain, 8 adapters", "IOPS"), 0.99)
	needs("situations")
	row = "one path takes 10 ms, the other 0.5 ms"
	at_least("st against rr, one path slow", ratio("situations", row, "st", "rr", "IOPS"), 1.5)
	at_least("qd against rr, one path slow", ratio("situations", row, "qd", "rr", "IOPS"), 1.5)
	row = "a link of 6000 a second, another of 2000"
	at_least("wrr against rr, unequal links", ratio("situations", row, "wrr", "rr", "IOPS"), 1.5)
	at_least("qd against rr, unequal links", ratio("situations", row, "qd", "rr", "IOPS"), 1.3)
	needs("gray")
	row = "one of them takes 200 ms"
	at_least("a slow path demoted, IOPS", ratio("gray", row, "demoted", "kept", "IOPS"), 4)
	at_most("a slow path demoted, mean latency", ratio("gray", row, "demoted", "kept", "us mean"), 0.25)
	row = "one in 20 fails on one"
	at_most("a path with errors demoted, 99 %", ratio("gray", row, "demoted", "kept", "us 99 %"), 0.75)
	nr = split("2 paths 16 deep up to 0 ms,2 paths 16 deep up to 20 ms," \
		"2 paths 16 deep up to 100 ms,4 paths 16 deep up to 20 ms," \
		"4 paths 2 deep up to 20 ms", rows, ",")
	for (r = 1; r <= nr; r++) {
		row = "alike, " rows[r] " more"
		at_most("marginal, " row, value["gray", row, "kept", "marginal"], 0)
		# Half of what makes an outlier.
		at_most("slowest in % of the others, " row,
			value["gray", row, "kept", "% in three"], 200)
	}
	exit bad > 0
}
