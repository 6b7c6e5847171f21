package hostnet

import "errors"

// ErrLost says that another program removed our table of nftables, as "nft flush ruleset" does. Its device was taken
// down then, because nothing would have held the traffic.
var ErrLost = errors.New("our table of nftables was removed by another program")
