# Sourced by deploy/bench: figures, a file each in $work with a line a round, and the table of them.

# note FIGURE VALUE
note() { echo "$2" >>"$work/figure.$1"; }

# middle: the median of the numbers it reads, one a line; "nan" of none.
middle() {
  sort -n | awk '{ v[NR] = $1 } END { if (NR) print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2; else print "nan" }'
}

# quartile: the lower quartile of the numbers it reads.
quartile() { sort -n | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 3) / 4)]; else print "nan" }'; }

# median FIGURE
median() { grep -v nan "$work/figure.$1" 2>/dev/null | middle; }

# net FIGURE BASE: the median of what one figure is more than another in the same round, of the rounds
# that have both. It is below zero for a program that does less than ask for the pid.
net() { paste "$work/figure.$1" "$work/figure.$2" 2>/dev/null | awk 'NF == 2 { print $1 - $2 }' | middle; }

calc() { awk "BEGIN { print $1 }"; }

# heading WHAT
heading() { printf '%-78s %-6s %10s %10s %7s  %-12s %s\n' "$1" unit jbt bpftrace ratio "to reach" ""; }

# row WHAT UNIT JBT BPFTRACE [GOAL]: a GOAL like 0.5x is the most that the ratio may be, "<= 5" and
# ">= 5" are for jbt's own figure.
row() {
  awk -v what="$1" -v unit="$2" -v jbt="$3" -v bt="$4" -v goal="${5-}" 'BEGIN {
    ratio = bt != "nan" && bt > 0 && jbt != "nan" ? jbt / bt : "-"
    number = goal
    gsub(/[^0-9.]/, "", number)
    if (goal == "") reached = ""
    else if (goal ~ /x$/) reached = ratio == "-" ? "not measured" : ratio <= number ? "reached" : "missed"
    else if (jbt == "nan") reached = "not measured"
    else reached = (goal ~ /^</ ? jbt <= number + 0 : jbt >= number + 0) ? "reached" : "missed"
    printf "%-78s %-6s %10s %10s %7s  %-12s %s\n", what, unit, jbt == "nan" ? "-" : sprintf("%.1f", jbt),
      bt == "nan" || bt == "" ? "-" : sprintf("%.1f", bt), ratio == "-" ? "-" : sprintf("%.2f", ratio), goal, reached
  }'
}
