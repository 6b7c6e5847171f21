// Package openvpn carries sessions over OpenVPN: Debian's openvpn 2.6 as a child process on both ends,
// one for all sessions of a provider, one per session of a consumer.
//
// A configuration is made of typed values only ([serverConfig], [clientConfig]) and reaches the child
// through a pipe; no text of a peer is ever in it. A [process] supervises the child and drives it over
// its management socket ([management]): openvpn exits when it loses the socket, and the kernel kills
// it when this program dies. The provider's TLS certificate is made at start and pinned by its
// fingerprint; each session has a tls-crypt-v2 key of its own ([serverKey]), so that strangers do not
// even reach TLS. [admission] lets in whoever knows an open session's credential, one client each.
//
// Packets go through the kernel's TUN devices and never through this program: package routed meters
// them.
package openvpn
