package hostnet

import (
	"errors"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
)

// Path is a consumer's device. All its packets pass the Gate. Only what this host asked for comes in: a
// provider cannot reach what nobody here has opened. That counts all the same, because it came through the
// tunnel and the provider, who cannot know, has counted it too. IPv6 is dropped both ways.
type Path struct {
	*Gate
}

// answers are the states of connections that were opened from the other side of the device.
const answers = expr.CtStateBitESTABLISHED | expr.CtStateBitRELATED

// NewPath makes a consumer's gate for all traffic of a device that TUN made, with a limit of so many bytes. The Path
// ends by Close: nothing passes the device any more. Errors: ErrExists, ErrPermission, ErrValue.
func (h *Host) NewPath(device string, limit uint64) (*Path, error) {
	d, err := h.gate(device, func(b *batch) error {
		b.hook("prerouting", nftables.ChainHookPrerouting, *nftables.ChainPriorityRaw, nftables.ChainTypeFilter)
		b.counted("prerouting", device)
		for name, hook := range map[string]*nftables.ChainHook{"input": nftables.ChainHookInput, "forward": nftables.ChainHookForward} {
			b.hook(name, hook, afterFilter, nftables.ChainTypeFilter)
			b.add(name, from(device), notFlow(answers), drop())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	g, err := d.add(everyone)
	if err != nil {
		return nil, errors.Join(err, d.close())
	}
	g.end = d.close
	g.SetLimit(limit)
	return &Path{Gate: g}, nil
}
