package hostnet

import "errors"

// ErrLost says that another program removed our table of nftables, as "nft flush ruleset" does, or that the kernel
// does not tell us any more whether it is there. All gates of its device were closed then, so that nothing passes
// without a policy.
var ErrLost = errors.New("the policy of a tunnel's device is lost: our table of nftables was removed, or the kernel does not tell of it")
