package main

import (
	"testing"
	"time"
)

func TestAims(t *testing.T) {
	with := func(median time.Duration, resident uint64) *bench {
		return &bench{took: []time.Duration{1, median, time.Minute}, resident: resident}
	}
	if err := with(readyAim, idleAim).missed(programAim); err != nil {
		t.Error(err)
	}
	if with(readyAim+1, idleAim).missed(programAim) == nil || with(readyAim, idleAim+1).missed(programAim) == nil ||
		with(readyAim, idleAim).missed(programAim+1) == nil {
		t.Error("a missed aim is not told")
	}
}
