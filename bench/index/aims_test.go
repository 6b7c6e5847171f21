package main

import (
	"testing"
	"time"
)

func TestAims(t *testing.T) {
	if err := missed(copyAim, startAim); err != nil {
		t.Error(err)
	}
	if missed(copyAim+time.Second, startAim) == nil || missed(copyAim, startAim+time.Millisecond) == nil {
		t.Error("a missed aim is not told")
	}
}
