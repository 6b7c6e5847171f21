package hostnet

import (
	"errors"
	"fmt"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// rightsRemedy names all rights at once, so that nobody has to come back for the next one. CAP_NET_RAW is part of
// what container engines grant by themselves, but not of what systemd does.
const rightsRemedy = "run as root, or give the program the rights: setcap cap_net_admin,cap_net_raw,cap_bpf+ep, AmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW CAP_BPF of systemd, or --cap-add=NET_ADMIN --cap-add=NET_RAW --cap-add=BPF of a container"

// Check says what routed tunnels lack in the calling thread's network namespace, most basic first; nothing if
// they can work. It changes nothing.
func Check() []Problem {
	var problems []Problem
	if err := haveRights(1<<unix.CAP_NET_ADMIN | 1<<unix.CAP_NET_RAW); err != nil {
		problems = append(problems, Problem{What: err.Error(), Remedy: rightsRemedy})
	}
	if fd, err := unix.Open(tunPath, unix.O_RDWR|unix.O_CLOEXEC, 0); err != nil {
		remedy := "load the kernel's module: modprobe tun; or give the container the device: --device=/dev/net/tun"
		if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
			remedy = "let this user open it: chmod 0666 /dev/net/tun; or give the container the device: --device=/dev/net/tun"
		}
		problems = append(problems, Problem{What: fmt.Sprintf("%s cannot be opened: %v", tunPath, err), Remedy: remedy})
	} else {
		_ = unix.Close(fd) // nothing was written
	}
	// Without the right to ask, the answer says nothing new.
	if err := probeTables(); err != nil && (len(problems) == 0 || !errors.Is(err, unix.EPERM)) {
		problems = append(problems, Problem{
			What:   fmt.Sprintf("nftables does not work: %v", err),
			Remedy: "load the kernel's modules: modprobe -a nf_tables nft_masq nft_ct nft_reject_inet nft_connlimit; or use a distribution's full kernel",
		})
	}
	return append(problems, checkMeter(problems)...)
}

// checkMeter loads what meters are made of, and lets it go again.
func checkMeter(problems []Problem) []Problem {
	m, err := newMeter()
	if err == nil {
		_ = m.release() // nothing was metered
		return nil
	}
	p := Problem{
		What:   err.Error(),
		Remedy: "use a kernel of at least Linux 5.12 on amd64, or 5.18 on arm64, with CONFIG_BPF_SYSCALL and CONFIG_NET_CLS_BPF, such as a distribution's full one",
	}
	switch {
	case !errors.Is(err, unix.EPERM):
	case len(problems) > 0:
		return nil // the first problem's remedy is this one's too
	default:
		p.Remedy = rightsRemedy + "; outside a user namespace"
	}
	return []Problem{p}
}

// haveRights returns ErrPermission unless the process has capabilities, of the first 32, in effect. CAP_BPF is told by
// trying.
func haveRights(wanted uint32) error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData // capabilities 0 to 31 and 32 to 63
	if err := unix.Capget(&header, &data[0]); err != nil {
		return fmt.Errorf("ask for capabilities: %w", err)
	}
	if data[0].Effective&wanted != wanted {
		return ErrPermission
	}
	return nil
}

// probeTables has the kernel build what exits are made of, and take it away again, in one transaction:
// nobody else ever sees it.
func probeTables() error {
	conn, err := nftables.New(nftables.AsLasting())
	if err != nil {
		return err
	}
	table := conn.AddTable(&nftables.Table{Name: "myst-check", Family: nftables.TableFamilyINet})
	set := &nftables.Set{ID: 1, Table: table, Name: "set", Dynamic: true, KeyType: nftables.TypeIPAddr, KeyByteOrder: binaryutil.BigEndian, Size: 1}
	if err := conn.AddSet(set, nil); err != nil {
		return errors.Join(err, conn.CloseLasting())
	}
	chain := conn.AddChain(&nftables.Chain{
		Table: table, Name: "nat", Type: nftables.ChainTypeNAT, Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource,
	})
	for _, part := range []match{moreFlowsThan(1, sourceOffset, set), flow(answers), {&expr.Masq{}}} {
		conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: part})
	}
	conn.DelTable(table)
	return errors.Join(conn.Flush(), conn.CloseLasting())
}
