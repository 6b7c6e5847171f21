// Package testbed runs the real programs as processes, each on a host of its own: network namespaces that one
// switch joins. Tests between hosts and benchmarks of whole sessions share it.
//
// A [Network] is the switch and attaches each [Host]. A [World] is a network with a chain, the contracts, a
// hub and a web server, on which each [Party] runs a node. [Run] is for programs that are no tests. It needs root and
// Linux.
package testbed
