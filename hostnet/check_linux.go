package hostnet

import (
	"errors"
	"fmt"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// Check says what routed tunnels lack in the calling thread's network namespace, most basic first; nothing if
// they can work. It changes nothing.
func Check() []Problem {
	var problems []Problem
	if err := haveNetAdmin(); err != nil {
		problems = append(problems, Problem{
			What:   err.Error(),
			Remedy: "run as root, or give the program the right: setcap cap_net_admin+ep, AmbientCapabilities=CAP_NET_ADMIN of systemd, or --cap-add=NET_ADMIN of a container",
		})
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
			Remedy: "load the kernel's modules: modprobe -a nf_tables nft_quota nft_masq nft_reject_inet nft_connlimit nft_fib_inet; or use a distribution's full kernel",
		})
	}
	return problems
}

// haveNetAdmin returns ErrPermission unless the process has CAP_NET_ADMIN in effect.
func haveNetAdmin() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData // capabilities 0 to 31 and 32 to 63
	if err := unix.Capget(&header, &data[0]); err != nil {
		return fmt.Errorf("ask for capabilities: %w", err)
	}
	if data[0].Effective&(1<<unix.CAP_NET_ADMIN) == 0 {
		return ErrPermission
	}
	return nil
}

// probeTables has the kernel build what meters and exits are made of, and take it away again, in one transaction:
// nobody else ever sees it.
func probeTables() error {
	conn, err := nftables.New(nftables.AsLasting())
	if err != nil {
		return err
	}
	table := conn.AddTable(&nftables.Table{Name: "myst-check", Family: nftables.TableFamilyINet})
	conn.AddObj(&nftables.NamedObj{Table: table, Name: "counter", Type: nftables.ObjTypeCounter, Obj: &expr.Counter{}})
	conn.AddObj(&nftables.NamedObj{Table: table, Name: "quota", Type: nftables.ObjTypeQuota, Obj: &expr.Quota{Bytes: 1, Over: true}})
	chain := conn.AddChain(&nftables.Chain{
		Table: table, Name: "nat", Type: nftables.ChainTypeNAT, Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource,
	})
	conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: []expr.Any{&expr.Masq{}}})
	conn.DelTable(table)
	return errors.Join(conn.Flush(), conn.CloseLasting())
}
