package hostnet

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// protocol marks our routes and rules (rtm_protocol), so that we delete ours and no others. No routing
// daemon in linux/rtnetlink.h has this number.
const protocol = 109

// Route adds a route. Errors: ErrExists if there is one to the same network in the same table with the same
// metric, ErrPermission, ErrValue, ErrClosed.
func (h *Host) Route(r Route) (undo func() error, err error) {
	if err := r.validate(); err != nil {
		return nil, err
	}
	return h.do(entry{Kind: kindRoute, Route: &r}, func() error {
		route, err := h.route(r)
		if err != nil {
			return err
		}
		return refused(h.link.RouteAdd(route))
	})
}

// deleteRoute deletes a route that Route added.
func (h *Host) deleteRoute(r Route) error {
	route, err := h.route(r)
	if err == nil {
		err = h.link.RouteDel(route)
	}
	if isNoDevice(err) || errors.Is(err, unix.ESRCH) {
		return nil // gone already, or with its device
	}
	return err
}

// route is r in the words of netlink.
func (h *Host) route(r Route) (*netlink.Route, error) {
	route := &netlink.Route{
		Dst: ipNet(r.Dst), Table: r.Table, Priority: r.Metric, Protocol: protocol, Type: unix.RTN_UNICAST,
	}
	if r.Table == 0 {
		route.Table = unix.RT_TABLE_MAIN
	}
	if r.Blackhole {
		route.Type = unix.RTN_BLACKHOLE
		return route, nil
	}
	if r.Gateway.IsValid() {
		route.Gw = r.Gateway.AsSlice()
	} else if r.Dst.Addr().Is4() {
		route.Scope = netlink.SCOPE_LINK
	}
	if r.Device != "" {
		link, err := h.link.LinkByName(r.Device)
		if err != nil {
			return nil, fmt.Errorf("device %s: %w", r.Device, err)
		}
		route.LinkIndex = link.Attrs().Index
	}
	return route, nil
}

// Rule adds a routing rule. Errors: ErrExists if we have one of the same priority, family and table (the kernel
// could not tell them apart when one is deleted), ErrPermission, ErrValue, ErrClosed.
func (h *Host) Rule(r Rule) (undo func() error, err error) {
	if err := r.validate(); err != nil {
		return nil, err
	}
	return h.do(entry{Kind: kindRule, Rule: &r}, func() error {
		rules, err := h.link.RuleList(rule(r).Family)
		if err != nil {
			return untouched{err}
		}
		for _, o := range rules {
			if o.Protocol == protocol && o.Priority == r.Priority && o.Table == r.Table {
				return untouched{ErrExists}
			}
		}
		return refused(h.link.RuleAdd(rule(r)))
	})
}

// deleteRule deletes a rule that Rule added.
func (h *Host) deleteRule(r Rule) error {
	if err := h.link.RuleDel(rule(r)); !errors.Is(err, unix.ENOENT) {
		return err
	}
	return nil // gone already
}

// rule is r in the words of netlink.
func rule(r Rule) *netlink.Rule {
	rule := netlink.NewRule()
	rule.Family = unix.AF_INET
	if r.IPv6 {
		rule.Family = unix.AF_INET6
	}
	rule.Priority, rule.Table, rule.Protocol = r.Priority, r.Table, protocol
	rule.OifName, rule.Mark, rule.Invert = r.OutDevice, r.Mark, r.Invert
	rule.SuppressPrefixlen = r.SuppressPrefixlength
	if r.Source.IsValid() {
		rule.Src = ipNet(netip.PrefixFrom(r.Source, r.Source.BitLen()))
	}
	return rule
}

// refused makes the kernel's "exists" an error after which there is nothing to undo.
func refused(err error) error {
	if errors.Is(err, unix.EEXIST) {
		return untouched{ErrExists}
	}
	return err
}
