// Package e2e runs the real programs as processes, each on a host of its own: network namespaces that a switch
// joins, with an internal network behind the provider and a web server beyond it.
//
//	chain ─┐                      ┌─ consumer 1
//	hub   ─┤                      ├─ consumer 2
//	web   ─┴─ switch 192.0.2.0/24 ┴─ provider ── internal 10.77.0.0/24
//
// The tests need root, Linux, openvpn, nftables, strace, curl and npm packages, and the build tag e2e; "make e2e" runs them.
package e2e
