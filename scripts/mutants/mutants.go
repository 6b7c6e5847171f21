package main

// mutants are the ten checks that stand between a liar and somebody's money or privacy. Each edit takes
// out one check and leaves the rest of the program as it is.
var mutants = []mutant{
	{
		check: "a record's signature",
		file:  "record/record.go",
		old:   "if err := identity.Verify(r.Author, r.Digest(domain), r.Signature); err != nil {",
		new:   "if err := identity.Verify(r.Author, r.Digest(domain), r.Signature); err != nil && false {",
		tests: "./record",
	},
	{
		check: "a record's expiry",
		file:  "record/record.go",
		old:   "if r.Expires <= millis(now) {",
		new:   "if false && r.Expires <= millis(now) {",
		tests: "./record",
	},
	{
		check: "a message's sequence",
		file:  "messaging/dialogue.go",
		old:   "case v.sequence != d.expected:",
		new:   "case false:",
		tests: "./messaging",
	},
	{
		check: "a record's domain",
		file:  "record/record.go",
		old:   "prefix := binary.BigEndian.AppendUint64([]byte(domainString), domain.ChainID)",
		new:   "prefix := binary.BigEndian.AppendUint64(nil, domain.ChainID)",
		tests: "./record",
	},
	{
		check: "an intent's chain ID",
		file:  "intent/intent.go",
		old:   "number(d.ChainID), address(d.Contract))",
		new:   "number(0), address(d.Contract))",
		tests: "./intent",
	},
	{
		check: "a promise's epoch",
		file:  "payments/check.go",
		old:   "case p.Epoch != e.Epoch:",
		new:   "case false:",
		tests: "./payments",
	},
	{
		check: "the lock's cover of a promise",
		file:  "payments/check.go",
		old:   "case p.Amount > e.Locked:",
		new:   "case false:",
		tests: "./payments",
	},
	{
		check: "a promise's growth",
		file:  "payments/check.go",
		old:   "case p.Amount <= e.Newest:",
		new:   "case false:",
		tests: "./payments",
	},
	{
		check: "a message's recipient",
		file:  "messaging/schedule.go",
		old:   "	b = append(b, p.recipient[:]...)\n",
		new:   "",
		tests: "./messaging",
	},
	{
		check: "a sender's registration",
		file:  "messaging/incoming.go",
		old:   "return s, p, e.checkRegistered(s.sender)",
		new:   "return s, p, nil",
		tests: "./messaging",
	},
}
