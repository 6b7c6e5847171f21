// Package hostnet changes the network of the host that it runs on, and undoes every change: TUN
// devices, routes, routing rules, sysctls, nftables tables, and the processes that serve them.
//
// A [Host] belongs to one network namespace. Each change is written to its journal, a small file,
// before it is made, and leaves the journal after it is undone. Close undoes what is left, newest
// first. A program that was killed has no Close: then the next [Open] with the same journal undoes what
// the dead one left, before it returns. What is journalled is data, not code, so a later version of the
// program can undo what an earlier one did.
//
//	h, err := hostnet.Open(hostnet.Config{Journal: filepath.Join(dir, "hostnet.json")})
//	tun, err := h.TUN("myst0", 1420, netip.MustParsePrefix("10.9.0.1/24"))
//	undo, err := h.Sysctl("net.ipv4.ip_forward", "1")
//	…
//	err = h.Close()
//
// Nothing passes a TUN device but what an [Exit] or a [Path] lets pass. An Exit is a provider's device: nftables holds
// its policy and translates addresses. A Path is a consumer's. Each session has a [Gate], which counts and limits
// its bytes exactly, by BPF programs at the device, also when this program is slow, stopped or dead.
//
// Undoing takes back our own change and nothing else: a device goes only if it is a TUN device, routes
// and rules carry our own routing protocol number, a sysctl is restored only if it still has our
// value, and a process is ended only if it is the one that was started. What is gone already is as
// good as undone.
//
// Only Linux is supported; elsewhere everything returns ErrUnsupported.
package hostnet

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
)

var (
	// ErrUnsupported says that this system's network cannot be changed by this program.
	ErrUnsupported = errors.New("changing the host's network is supported on Linux only")
	// ErrPermission says that the process may not change the network: it lacks CAP_NET_ADMIN, CAP_NET_RAW to probe
	// tunnels, or CAP_BPF to meter them.
	ErrPermission = errors.New("no permission to change the host's network (CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF)")
	// ErrClosed says that the Host was closed.
	ErrClosed = errors.New("host network closed")
	// ErrExists says that what should be made is there already, made by somebody else.
	ErrExists = errors.New("exists already")
	// ErrTaken says that the host's network uses the addresses already.
	ErrTaken = errors.New("addresses are in use on this host")
	// ErrInUse says that another process, or another Host of this one, uses the journal.
	ErrInUse = errors.New("journal in use by another process")
	// ErrDamaged says that the journal cannot be understood. The error's text names the file.
	ErrDamaged = errors.New("damaged journal")
	// ErrNamespace says that the journal is of another network namespace which still exists.
	ErrNamespace = errors.New("journal of another network namespace")
	// ErrValue says that a value is not acceptable.
	ErrValue = errors.New("unacceptable value")
)

// Config is what Open needs.
type Config struct {
	// Journal is the path of the journal. Its directory must exist; the file exists only while there is
	// something to undo. Beside it, path + ".lock" keeps two programs from using one journal.
	Journal string
	// Logger hears of what is undone after a crash; nil discards.
	Logger *slog.Logger
}

// Route is one route. Either Blackhole is set, or Device, or Gateway, or the last two.
type Route struct {
	Dst       netip.Prefix // 0.0.0.0/0 or ::/0 is the default route
	Device    string
	Gateway   netip.Addr // zero: Dst is on the device's own link
	Table     int        // zero is the main table
	Metric    int        // zero is the kernel's choice: 0 for IPv4, 1024 for IPv6
	Blackhole bool       // what goes to Dst is dropped silently
}

func (r Route) validate() error {
	switch {
	case !r.Dst.IsValid() || r.Dst != r.Dst.Masked():
		return fmt.Errorf("route to %v: %w: not a network", r.Dst, ErrValue)
	case r.Dst.Addr().Is4In6() || r.Gateway.Is4In6() || r.Gateway.Zone() != "":
		return fmt.Errorf("route to %v: %w: address with a zone, or mapped", r.Dst, ErrValue)
	case r.Gateway.IsValid() && r.Gateway.Is4() != r.Dst.Addr().Is4():
		return fmt.Errorf("route to %v: %w: gateway %v of the other family", r.Dst, ErrValue, r.Gateway)
	case r.Blackhole && (r.Device != "" || r.Gateway.IsValid()):
		return fmt.Errorf("route to %v: %w: a black hole has no device and no gateway", r.Dst, ErrValue)
	case !r.Blackhole && r.Device == "" && !r.Gateway.IsValid():
		return fmt.Errorf("route to %v: %w: no device and no gateway", r.Dst, ErrValue)
	case r.Table < 0 || r.Table > maxTable || r.Metric < 0 || r.Metric > maxTable:
		return fmt.Errorf("route to %v: %w: table %d, metric %d", r.Dst, ErrValue, r.Table, r.Metric)
	case r.Device != "":
		return validateDevice(r.Device)
	}
	return nil
}

// Rule is one routing rule: packets that match all that is set look their route up in Table.
type Rule struct {
	Priority  int    // 1 to 32765; the lowest is asked first
	Table     int    // 1 and up; 254 is the main table
	OutDevice string // only what is sent by a socket that is bound to this device
	// Source is the address that packets come from; the zero Addr does not look. The check of reverse paths
	// (rp_filter) asks for the route of an answer by the address that a packet came to.
	Source netip.Addr
	Mark   uint32 // only packets with this mark; zero does not look
	Invert bool   // what does not match
	// SuppressPrefixlength ignores routes of Table whose prefix has at most this many bits, so that 0
	// leaves out its default route. It works for tables up to 255. -1 ignores none.
	SuppressPrefixlength int
	IPv6                 bool // the rule is for IPv6; else for IPv4
}

func (r Rule) validate() error {
	switch {
	case r.Priority < 1 || r.Priority > 32765:
		return fmt.Errorf("routing rule: %w: priority %d", ErrValue, r.Priority)
	case r.Table < 1 || r.Table > maxTable:
		return fmt.Errorf("routing rule %d: %w: table %d", r.Priority, ErrValue, r.Table)
	case r.SuppressPrefixlength < -1 || r.SuppressPrefixlength > 128 || r.SuppressPrefixlength >= 0 && r.Table > 255:
		return fmt.Errorf("routing rule %d: %w: suppressed prefix length %d in table %d", r.Priority, ErrValue, r.SuppressPrefixlength, r.Table)
	case r.Source.IsValid() && (r.Source.Is4() == r.IPv6 || r.Source.Is4In6() || r.Source.Zone() != ""):
		return fmt.Errorf("routing rule %d: %w: source %v", r.Priority, ErrValue, r.Source)
	case r.OutDevice != "":
		return validateDevice(r.OutDevice)
	}
	return nil
}

// maxTable bounds table numbers and metrics: what the kernel keeps in 32 bits and int can hold anywhere.
const maxTable = 1<<31 - 1

// maxDevice is the longest name of a device, in bytes (IFNAMSIZ less the final zero).
const maxDevice = 15

// validateDevice accepts a part of what the kernel accepts as a device's name: nothing that could mean
// something else in a path, a pattern or a command.
func validateDevice(name string) error {
	ok := name != "" && len(name) <= maxDevice && name != "all" && name != "default" && name != "lo"
	for i, c := range []byte(name) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		ok = ok && (letter || i > 0 && ('0' <= c && c <= '9' || c == '-' || c == '_'))
	}
	if !ok {
		return fmt.Errorf("device name %q: %w", name, ErrValue)
	}
	return nil
}

// Problem is something that this host lacks for routed tunnels.
type Problem struct {
	What   string // what is missing, such as "/dev/net/tun cannot be opened: no such file or directory"
	Remedy string // what an operator can do, in one line
}

func (p Problem) String() string { return p.What + "; " + p.Remedy }
