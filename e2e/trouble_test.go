//go:build e2e

package e2e

import (
	"testing"
)

// What goes wrong with one machine hurts nobody else, and its owner is told. Each has a provider or consumer of its
// own on the one network.
func TestMachinesInTrouble(t *testing.T) {
	t.Parallel()
	m := newWorld(t)
	for name, trouble := range map[string]func(*testing.T, *world){
		"provider's clock is fast": providerIsFast,
		"consumer's clock is slow": consumerIsSlow,
		"provider's disk is full":  providersDiskIsFull,
		"consumer's disk is full":  consumersDiskIsFull,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			trouble(t, m)
		})
	}
}
