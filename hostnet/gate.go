package hostnet

import "errors"

// ErrLost says that another program removed our table of nftables, as "nft flush ruleset" does, or that the kernel
// does not tell us any more whether it is there. All gates of its device were closed then, so that nothing passes
// without a policy.
var ErrLost = errors.New("our table of nftables was removed by another program")
