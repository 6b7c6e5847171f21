// Package wireguard is the WireGuard driver. WireGuard itself runs in this process on both ends. What is inside the
// tunnel either stays in this process too, and then an end needs neither root nor a TUN device nor a route; or it
// passes a TUN device, and the kernel does the rest. Each end chooses for itself: the other cannot tell.
//
// # The provider's end in user space
//
// A [Server] has one WireGuard device with one UDP port. Every session is a peer of it: with the
// consumer's fresh key, the session's credential as preshared key, and one assigned address as
// all that it may send from. What the device decrypts goes, by that address, to the session's link,
// and from there to the session's own gVisor stack. That stack takes packets to every address: it
// ends TCP connections and UDP flows itself, and dials out in their place through an exit.Guard. So
// no packet of a consumer ever reaches the provider's network as it came, and sessions share nothing
// but the device. The gateway, the first address of the subnet, answers echo requests and DNS.
//
// # The consumer's end in user space
//
// A [Client] makes a device with one peer and a stack with one address. Applications get
// connections from that stack, in this process; names are asked at the gateway. What the provider
// sends unasked is dropped before it is counted.
//
// # Packets, meters and limits
//
//	consumer                                      provider
//	application                                   destination
//	stack → link (meter, limit) → bridge → device ⇄ device → bridge → link (meter, limit) → stack
//
// A packet is counted when it enters the tunnel, and once more when it has left it at the other end
// and the filter there has accepted it. Counted are its bytes with its IP header: not WireGuard's
// padding and keep-alives. At the limit a link holds up to 512 packets that arrived and 1,024 that
// are to be sent; see link. An end sends no faster than the device takes packets, so a queue
// is full only when the limit is reached or a stack is short of processor time.
//
// # With a TUN device
//
// A [TUNServer], and a Client with a Host, put a TUN device of package hostnet where the bridge is, and leave what is
// beyond it to package routed: addresses, exit, names, connections, and the meters, which are the kernel's. They
// count the same packets by the same rule. What is above a limit is dropped, not held.
//
// # Driver data
//
// Driver data is three protocol buffers (internal/pb/wireguard.proto): the consumer's public key; the
// provider's public key, endpoint and packet size; the two inner addresses. The device is
// configured by text, which is made from parsed values alone.
package wireguard

// ServiceType is the driver's name in proposals.
const ServiceType = "wireguard"
