package hostnet

// Process journals.
func (h *Host) Process(pid int) (done func(), err error) { return nil, ErrUnsupported }

func endProcess(e entry) error { return nil }
