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
				note = fmt.Sprintf("  MISSED by %.1f %%", 100*(float64(r.used)/float64(r.goal)-1))
				missed++
			}
			goal := "-"
			if r.goal > 0 {
				goal = strconv.FormatUint(r.goal, 10)
			}
			fmt.Printf("%-28s %10d %10s %10d%s\n", r.name, r.used, goal, r.floor, note)
		}
	}
	if missed > 0 {
		fmt.Printf("\n%d goals missed by more than 1 %%\n", missed)
		os.Exit(1)
	}
	fmt.Println("\nall goals reached within 1 %")
}

// row is one operation's gas, what it should be at most (zero: nobody has said), and what it cannot go below.
type row struct {
	name              string
	used, goal, floor uint64
}

func (r row) missed() bool { return r.goal > 0 && r.used*100 > r.goal*101 }
