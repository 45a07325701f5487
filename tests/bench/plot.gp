# SPDX-License-Identifier: GPL-2.0
# gnuplot: the picture of the benchmark. tsv, svg and dir come from run.sh.
set terminal svg size 1000,900 noenhanced background rgb 'white' font 'sans,13'
set output svg
set datafile separator "\t"
set multiplot layout 2,1
set style data histograms
set style histogram clustered gap 2
set style fill solid 0.8 border -1
set grid ytics
set key top left
set xtics rotate by -20

pick(part, row, column, unit) = sprintf("< awk -F '\t' '$1 == \"%s\" && $2 == \"%s\" && $5 == \"%s\" && $%d != \"\"' '%s'", part, row, unit, column, tsv)

set title 'Instructions for a 4 KiB I/O, against the plain disk (less is better)'
set yrange [0:*]
plot pick('fake', 'randread 4k qd1', 6, 'instructions') using 6:xtic(3) title 'random read, one at a time', \
     pick('fake', 'randread 4k qd32', 6, 'instructions') using 6 title 'random read, 32 at a time', \
     pick('fake', 'randwrite 4k qd32', 6, 'instructions') using 6 title 'random write, 32 at a time'

set title 'Longest completion when a path is lost, in milliseconds (less is better)'
set yrange [1:*]
set logscale y
column_of(c) = sprintf("< awk -F '\t' '$1 == \"failover\" && $5 == \"ms longest\" && $3 == \"%s\"' '%s'", c, tsv)
plot column_of('LU, RR, 2 paths') using 4:xtic(2) title 'logical unit, 2 paths', \
     column_of('dm rq round-robin') using 4 title 'dm-multipath, 2 paths', \
     column_of('single path') using 4 title 'single path (the load ends at its first error)'
unset multiplot
