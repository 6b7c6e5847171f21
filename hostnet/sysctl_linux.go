package hostnet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// sysctlUse is a sysctl that was set.
type sysctlUse struct {
	value string
	users int
	entry entry // ID zero: the host had the value already, so there is nothing to undo
}

// Sysctl sets a sysctl of the network, such as "net.ipv4.ip_forward", or "net/ipv4/conf/eth0.1/forwarding"
// where a device's name has a dot. Several users may set one to the same value; the last undo restores what was
// before the first, if the value is still ours. Mind that the kernel lets net.ipv4.ip_forward, each time that it is
// written, set conf/*/forwarding of every device to the same. Errors: ErrExists if another user needs another
// value, ErrPermission, ErrValue, ErrClosed, fs.ErrNotExist if the kernel has no such sysctl.
func (h *Host) Sysctl(name, value string) (undo func() error, err error) {
	path, err := sysctlPath(name)
	if err != nil {
		return nil, err
	}
	if value = fields(value); value == "" || len(value) > 255 {
		return nil, fmt.Errorf("sysctl %s: %w: %q", name, ErrValue, value)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, ErrClosed
	}
	use := h.sysctls[path]
	switch {
	case use == nil:
		use = &sysctlUse{value: value}
		if use.entry, err = h.setSysctl(path, value); err != nil {
			return nil, err
		}
		h.sysctls[path] = use
	case use.value != value:
		return nil, fmt.Errorf("sysctl %s: %w: set to %s, not %s, for another session", name, ErrExists, use.value, value)
	}
	use.users++
	released := false
	return func() error {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.closed || released {
			return nil
		}
		if use.users == 1 && h.has(use.entry) {
			if err := h.undoEntry(use.entry); err != nil {
				return err
			}
		}
		released = true
		if use.users--; use.users == 0 {
			delete(h.sysctls, path)
		}
		return nil
	}, nil
}

// Setting returns the value that a sysctl of the network has now. Errors: ErrValue, ErrClosed, fs.ErrNotExist.
func (h *Host) Setting(name string) (value string, err error) {
	path, err := sysctlPath(name)
	if err != nil {
		return "", err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return "", ErrClosed
	}
	err = h.inside(func() (err error) {
		value, err = readSysctl(path)
		return err
	})
	return value, err
}

// setSysctl is the first use. h.mu is held.
func (h *Host) setSysctl(path, value string) (e entry, err error) {
	var old string
	err = h.inside(func() (err error) {
		old, err = readSysctl(path)
		return err
	})
	if err != nil || old == value {
		return entry{}, err
	}
	return h.doLocked(entry{Kind: kindSysctl, Name: path, Old: old, New: value}, func() error {
		return h.inside(func() error { return writeSysctl(path, value) })
	})
}

// restoreSysctl gives a sysctl its old value back, unless somebody has given it a third.
func (h *Host) restoreSysctl(e entry) error {
	return h.inside(func() error {
		now, err := readSysctl(e.Name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // gone with its device
		case err != nil:
			return err
		case now != e.New:
			if now != e.Old {
				h.log.Warn("leaving a sysctl alone that was changed meanwhile", "sysctl", e.Name, "ours", e.New, "now", now)
			}
			return nil
		}
		return writeSysctl(e.Name, e.Old)
	})
}

// readSysctl reads a sysctl of the calling thread's network namespace.
func readSysctl(path string) (string, error) {
	data, err := os.ReadFile("/proc/sys/" + path)
	if err != nil {
		return "", permission(err)
	}
	return fields(string(data)), nil
}

// writeSysctl writes a sysctl of the calling thread's network namespace.
func writeSysctl(path, value string) (err error) {
	f, err := os.OpenFile("/proc/sys/"+path, os.O_WRONLY, 0)
	if err != nil {
		return permission(err)
	}
	_, err = f.WriteString(value)
	return errors.Join(err, f.Close())
}

// fields folds white space: the kernel separates by tabs what people separate by spaces.
func fields(s string) string { return strings.Join(strings.Fields(s), " ") }
