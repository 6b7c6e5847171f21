// Package nstest gives tests network namespaces of their own: a [Namespace] is like a host with its own
// devices, addresses, routes and firewall, on which tests may do as root what they must never do to
// the machine that they run on.
//
// Namespaces have no names and are held by a file descriptor alone, so nothing is left of them when the test
// ends, however it ends. A namespace belongs to a thread: [Namespace.Do] moves the calling goroutine's there and
// back, and what is opened meanwhile, such as a socket, stays there. Goroutines that are started meanwhile do not
// follow.
//
//	a, b := nstest.New(t), nstest.New(t)
//	nstest.Link(t, a, b, netip.MustParsePrefix("192.0.2.1/24"), netip.MustParsePrefix("192.0.2.2/24"))
//	a.Do(func() { … })
//	out, err := b.Command("ip", "route").CombinedOutput()
package nstest
