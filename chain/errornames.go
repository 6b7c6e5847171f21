package chain

// errorNames tells the custom errors of our contracts by their selectors.
var errorNames = map[[4]byte]string{}
