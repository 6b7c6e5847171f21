package hostnet

// Check says what is missing.
func Check() []Problem { return nil }

func haveNetAdmin() error { return nil }
