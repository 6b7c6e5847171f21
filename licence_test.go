package myst

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// licences are the families that an MIT program may link, by a phrase of each text with white space
// folded. LGPL-3.0 is go-ethereum's library code: whoever distributes a binary must let the receiver
// relink it, which the published source does.
var licences = []struct{ name, phrase string }{
	{"AGPL", "GNU AFFERO GENERAL PUBLIC LICENSE"},
	{"LGPL-3.0", "GNU LESSER GENERAL PUBLIC LICENSE Version 3"},
	{"GPL", "GNU GENERAL PUBLIC LICENSE"},
	{"Apache-2.0", "Apache License Version 2.0"},
	{"Apache-2.0", "Licensed under the Apache License, Version 2.0"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"MPL-2.0", "Mozilla Public License, version 2.0"},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee"},
	{"ISC", "Permission to use, copy, modify, and distribute this software for any purpose with or without fee"},
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"BSD", "Redistribution and use in source and binary forms, with or without modification"},
	{"Unlicense", "This is free and unencumbered software released into the public domain"},
	{"CC0-1.0", "CC0 1.0 Universal"},
}

var allowed = map[string]bool{
	"LGPL-3.0": true, "Apache-2.0": true, "MPL-2.0": true, "ISC": true, "MIT": true, "BSD": true,
	"Unlicense": true, "CC0-1.0": true,
}

// mixed are modules that keep GPL code beside what is linked here, and why that is no harm.
var mixed = map[string]string{
	"github.com/ethereum/go-ethereum": "its cmd directory is GPL, its libraries LGPL; the test sees that no cmd is linked",
}

// stated are modules without a licence file whose sources say in a comment what they are under.
var stated = map[string]struct{ file, phrase, name string }{
	"github.com/holiman/bloomfilter/v2": {"bloomfilter.go", "// MIT license", "MIT"}, // only mystdev links it
}

// Every module that is linked into a program has a licence that this program's own permits.
func TestLicences(t *testing.T) {
	type dependency struct {
		ImportPath string
		Module     *struct{ Path, Dir string }
	}
	modules := map[string]string{}
	for _, dep := range goList[dependency](t, "-deps", "-json=ImportPath,Module", "./cmd/...") {
		if dep.Module != nil && dep.Module.Path != module {
			modules[dep.Module.Path] = dep.Module.Dir
		}
		if strings.HasPrefix(dep.ImportPath, "github.com/ethereum/go-ethereum/cmd/") {
			t.Errorf("%s is linked: go-ethereum's commands are GPL, only its libraries are LGPL", dep.ImportPath)
		}
	}
	if len(modules) < 20 {
		t.Fatalf("go list sees only %d modules", len(modules))
	}
	for path, dir := range modules {
		names := licencesOf(t, dir)
		if s, ok := stated[path]; ok {
			text, err := os.ReadFile(filepath.Join(dir, s.file))
			if err != nil || !strings.Contains(string(text), s.phrase) {
				t.Errorf("%s does not say %q any more: %v", path, s.phrase, err)
			}
			names = append(names, s.name)
		}
		ok := false
		for _, name := range names {
			if !allowed[name] && mixed[path] == "" {
				t.Errorf("%s has code under %s", path, name)
			}
			ok = ok || allowed[name]
		}
		if !ok {
			t.Errorf("%s has licences %q, none of which is allowed", path, names)
		}
	}
}

// licencesOf names the licences whose texts stand in a module's root.
func licencesOf(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	licenceFile := regexp.MustCompile(`(?i)(^|-)(licen[cs]e|copying|unlicense)`)
	for _, e := range entries {
		if e.IsDir() || !licenceFile.MatchString(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if name := classify(string(text)); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// classify returns the licence whose phrase comes first: some texts mention others further down.
func classify(text string) (name string) {
	folded := strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(text, "\n>", "\n")), " "))
	first := len(folded)
	for _, l := range licences {
		if at := strings.Index(folded, strings.ToLower(l.phrase)); at >= 0 && at < first {
			name, first = l.name, at
		}
	}
	return name
}

func TestClassify(t *testing.T) {
	for text, want := range map[string]string{
		"                    GNU GENERAL PUBLIC LICENSE\n                       Version 3, 29 June 2007":                   "GPL",
		"GNU LESSER GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007 ... supplemented by the GNU General Public License": "LGPL-3.0",
		"GNU AFFERO GENERAL PUBLIC LICENSE\n Version 3":                                                                    "AGPL",
		"All rights reserved.": "",
	} {
		if got := classify(text); got != want {
			t.Errorf("%.40q is %q; want %q", text, got, want)
		}
	}
	for _, no := range []string{"GPL", "AGPL", ""} {
		if allowed[no] {
			t.Errorf("%q is allowed", no)
		}
	}
}
