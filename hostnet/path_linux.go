package hostnet

import (
	"github.com/google/nftables"
	"github.com/google/nftables/expr"
)

// Path is a consumer's device. All its packets pass the Gate. Only what this host asked for comes in: a
// provider cannot reach, nor bill for, what nobody here has opened. IPv6 is dropped both ways.
type Path struct {
	*Gate
}

// answers are the states of connections that were opened from the other side of the device.
const answers = expr.CtStateBitESTABLISHED | expr.CtStateBitRELATED

// NewPath makes a consumer's gate for all traffic of a device, with a limit of so many bytes. The Path ends by
// Close, which also takes the device down. Errors: ErrExists, ErrPermission, ErrValue.
func (h *Host) NewPath(device string, limit uint64) (*Path, error) {
	var g *Gate
	m, err := h.openMeters(device, func(b *batch) error {
		g = newGate(nil, "all")
		g.addTo(b)
		for _, hook := range []struct {
			name string
			hook *nftables.ChainHook
		}{{"input", nftables.ChainHookInput}, {"forward", nftables.ChainHookForward}} {
			// After the host's own firewall, so that what that drops is not counted.
			b.hook(hook.name, hook.hook, afterFilter, nftables.ChainTypeFilter)
			b.add(hook.name, notFrom(device), accept())
			b.add(hook.name, notIPv4(), drop())
			b.add(hook.name, notFlow(answers), drop())
			g.meter(b, hook.name, "received")
		}
		b.hook("postrouting", nftables.ChainHookPostrouting, afterNAT, nftables.ChainTypeFilter)
		b.add("postrouting", notTo(device), accept())
		b.add("postrouting", notIPv4(), drop())
		g.meter(b, "postrouting", "sent")
		return nil
	})
	if err != nil {
		return nil, err
	}
	g.m, g.end = m, m.close
	m.mu.Lock()
	m.gates[g.key] = g
	m.mu.Unlock()
	g.SetLimit(limit)
	return &Path{Gate: g}, nil
}
