package hostnet

import "errors"

// Path is a consumer's device. All its packets pass the Gate. Only what a socket of this host has asked for comes in that
// is bound to the device, for the device's address: a provider cannot reach anything else here, and what it sends nevertheless
// does not count. (A socket that is bound and not connected asks for whatever comes to its port.) IPv6
// is dropped both ways.
type Path struct {
	*Gate
}

// NewPath makes a consumer's gate for all traffic of a device that TUN made, with a limit of so many bytes. The Path
// ends by Close: nothing passes the device any more. Errors: ErrExists, ErrPermission, ErrValue.
func (h *Host) NewPath(device string, limit uint64) (*Path, error) {
	d, err := h.gate(device, nil)
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
