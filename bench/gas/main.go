// Command gas measures what the contracts' calls cost, as receipts would say it, under Ethereum's gas schedules of
// today (Osaka) and of tomorrow (Amsterdam), and compares it with the goals. It exits with 1 when a goal is
// missed by more than 1 %.
//
// The floor beside each figure is what the schedule asks for the same transaction's calldata, cold storage, cold
// accounts, signatures and hashing alone: a contract without any code or events would cost as much.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func main() {
	missed := 0
	for _, s := range schedules() {
		rows, err := measure(s)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", s.name, err)
			os.Exit(1)
		}
		fmt.Printf("\n%-28s %10s %10s %10s\n", s.name, "gas", "goal", "floor")
		for _, r := range rows {
			note := ""
			if r.missed() {
				note = fmt.Sprintf("  MISSED by %.4f %%", 100*(float64(r.used)/float64(r.goal*r.parts)-1))
				missed++
			}
			goal := "-"
			if r.goal > 0 {
				goal = strconv.FormatUint(r.goal, 10)
			}
			fmt.Printf("%-28s %10d %10s %10d%s\n", r.name, r.each(), goal, r.floor, note)
		}
	}
	if missed > 0 {
		fmt.Printf("\n%d goals missed by more than 1 %%\n", missed)
		os.Exit(1)
	}
	fmt.Println("\nall goals reached within 1 %")
}

// row is the gas of one transaction and how many parts it has; what each part should cost at most (zero: nobody has
// said), and what it cannot go below.
type row struct {
	name        string
	used, parts uint64
	goal, floor uint64
}

// missed compares totals: a part's share of them is hardly ever whole.
func (r row) missed() bool { return r.goal > 0 && r.used*100 > r.goal*101*r.parts }

// each is the gas of a part, rounded up, so that none looks cheaper than it is.
func (r row) each() uint64 { return (r.used + r.parts - 1) / r.parts }
