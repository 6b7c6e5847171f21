// Package wireguard is the WireGuard driver, in user space on both ends: neither needs root, a TUN
// device or a route.
package wireguard

// ServiceType is the driver's name in proposals.
const ServiceType = "wireguard"
